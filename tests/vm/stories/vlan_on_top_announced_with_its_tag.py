# SPDX-License-Identifier: GPL-2.0-only
"""The guest has VLANs on its master, one within another. At a switch the fabric must learn the guest's MAC in each of
them, so each is announced with its tags.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24 -- VLAN 77 -- VLAN 5
"""
import time

from harness import wait
from harness.network.fabric import GUEST, GUEST6, GUEST_MAC, TAPS
from lab.capture import Capture

PRESENCES = {(): (GUEST, GUEST6), (77,): ("192.0.2.77", "fd77:77::2"), (77, 5): ("198.51.100.5", "fd77:5::2")}


def add_vlan(guest, below, vlans):
    name = f"vlan{vlans[-1]}"
    v4, v6 = PRESENCES[vlans]
    guest.sh(f"ip link add link {below} name {name} type vlan id {vlans[-1]} && ip addr add {v4}/24 dev {name}"
             f" && ip -6 addr add {v6}/64 dev {name} nodad && ip link set {name} up")
    return name


def said(frames, kind, vlans):
    return {frame.what for frame in frames if (frame.kind, frame.vlans) == (kind, vlans)}


def falls_silent(capture, seconds=1.5):
    """Until nobody announces there any more: an earlier switch has its own schedule, and a new address its first words."""
    def silent():
        capture.forget()
        time.sleep(seconds)  # longer than the widest gap of the schedule, on a slow guest
        return not capture.announcements()
    wait.until("earlier announcements to end", silent, 30)


def test_every_vlan_is_announced_with_its_tags(host, product, guest):
    outer = add_vlan(guest, product.name, (77,))
    inner = add_vlan(guest, outer, (77, 5))
    fabric = host.fabric.switch
    with Capture(fabric, TAPS["standby"]) as standby, Capture(fabric, TAPS["primary"]) as primary:
        falls_silent(primary)
        standby.forget()
        product.control("switch", product.name, "standby")
        product.master.goes("primary", "standby")
        for vlans, (v4, v6) in PRESENCES.items():
            wait.until(f"VLAN {vlans} to be announced", lambda vlans=vlans, v4=v4, v6=v6:
                       v4 in said(standby.announcements(), "garp", vlans)
                       and v6 in said(standby.announcements(), "na", vlans)
                       and said(standby.announcements(), "mld", vlans), 20)
            assert said(standby.announcements(), "rarp", vlans) == {GUEST_MAC}
            # Of no VLAN but its own.
            assert all(v4 not in said(standby.announcements(), "garp", other) for other in PRESENCES if other != vlans)
        heard = standby.announcements()
        rarps = [frame.vlans for frame in heard if frame.kind == "rarp"]
        assert rarps[0] == ()
        assert not [frame for frame in primary.announcements() if frame.kind in ("rarp", "garp", "na")]
    for name in (inner, outer):
        guest.sh(f"ip link delete {name}")
