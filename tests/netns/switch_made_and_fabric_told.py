# SPDX-License-Identifier: GPL-2.0-only
"""At a switch the fabric hears, from the new active slave alone, where the guest's addresses are now. What is said is
captured where it arrives, at the ports of the fabric."""
from contextlib import contextmanager

import pytest
from lab import wait_for
from lab.capture import Capture
from lab.daemon import CONFIG
from lab.lab import GUEST_MAC

# So far apart that the daemon of a busy machine, which joins rounds that are due at the same time, has no cause to.
THREE_ROUNDS = CONFIG + "notify-schedule-ms = [0, 400, 800]\n"
GROUP4, GROUP6 = "239.77.0.1", "ff15::77"

MEMBER = f"""
import signal, socket
four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
four.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton("{GROUP4}") + socket.inet_aton("10.77.0.2"))
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
               socket.inet_pton(socket.AF_INET6, "{GROUP6}") + socket.if_nametoindex("eth0").to_bytes(4, "little"))
signal.pause()
"""


def start(lab, config, primary, rounds_of_start):
    """The daemon, and a guest with more than one address, one of them tentative, that has joined groups. When it
    returns, all that is said of itself has been said."""
    # The kernel repeats its own reports after a random part of this, which must not be taken for ours.
    for device in ("eth0", "default"):
        lab.guest.sysctl(f"net.ipv4.conf.{device}.igmpv3_unsolicited_report_interval", 1_000_000_000)
        lab.guest.sysctl(f"net.ipv6.conf.{device}.mldv2_unsolicited_report_interval", 1_000_000_000)
    lab.daemon.start(config)
    lab.daemon.master.expect(active="primary")
    wait_for(lambda: primary.count("garp") >= rounds_of_start, "the rounds of the start")
    lab.guest.run("ip", "address", "add", "10.77.0.22/24", "dev", "eth0")
    lab.guest.run("ip", "-6", "address", "add", "fd77::22/64", "dev", "eth0", "nodad")
    wait_for(lambda: not tentative(lab.guest), "fe80 to be proven unique")
    lab.guest.sysctl("net.ipv6.conf.eth0.dad_transmits", 10_000)  # seconds: as good as for ever
    lab.guest.run("ip", "-6", "address", "add", "fd77::33/64", "dev", "eth0")
    lab.guest.spawn("/usr/bin/python3", "-c", MEMBER)
    wait_for(lambda: GROUP4 in groups_in(primary.announcements(), "igmp")
             and {GROUP6, "ff02::1:ff00:33"} <= groups_in(primary.announcements(), "mld"),
             "the kernel to report the groups as joined")


def addresses(guest):
    return guest.ip("address", "show", "dev", "eth0")[0]["addr_info"]


def tentative(guest):
    return {a["local"] for a in addresses(guest) if a.get("tentative")}


def proven(guest, family):
    return {a["local"] for a in addresses(guest) if a["family"] == family} - tentative(guest)


def rounds(frames):
    """Each begins with its RARP."""
    found = []
    for before, frame in zip([None, *frames], frames):
        if frame.kind == "rarp" and (before is None or before.kind != "rarp"):
            found.append([])
        if found:
            found[-1].append(frame)
    return found


def about(frames, kind):
    return {frame.what for frame in frames if frame.kind == kind}


def groups_in(frames, kind):
    return {group for frame in frames if frame.kind == kind for group in frame.what}


@contextmanager
def ports(lab):
    """The fabric's ears at both ports."""
    with Capture(lab.fabric, "port-primary") as primary, Capture(lab.fabric, "port-standby") as standby:
        yield primary, standby


def switch(lab, how):
    if how == "operator":
        lab.daemon.control("switch", "eth0", "standby")
    else:
        lab.carrier_off("primary")
    lab.daemon.master.goes("primary", "standby")


@pytest.mark.parametrize("how", ["operator", "carrier lost"])
def test_the_new_slave_says_everything_in_as_many_rounds_as_configured(lab, how):
    with ports(lab) as (primary, standby):
        start(lab, THREE_ROUNDS, primary, 3)
        primary.forget()
        standby.forget()
        switch(lab, how)
        wait_for(lambda: len(rounds(standby.announcements())) >= 3 and said_all(standby.announcements()),
                 "three rounds", seconds=20)
        lab.traffic(pps=1000).pass_packets(1500)  # long enough for a fourth round
        heard = standby.announcements()
        assert len(rounds(heard)) == 3
        assert heard[0].kind == "rarp"
        for said in rounds(heard):
            assert about(said, "rarp") == {GUEST_MAC}
            assert about(said, "garp") == proven(lab.guest, "inet") == {"10.77.0.2", "10.77.0.22"}
            assert about(said, "na") == proven(lab.guest, "inet6")
            assert "fd77::33" in tentative(lab.guest)
            assert GROUP4 in groups_in(said, "igmp")
            assert GROUP6 in groups_in(said, "mld")
            kinds = [frame.kind for frame in said]
            assert kinds == sorted(kinds, key=["rarp", "garp", "na", "igmp", "mld"].index)
        assert {frame.source for frame in heard} == {GUEST_MAC}
        assert primary.announcements() == []


def said_all(frames):
    """The last round has come to its end."""
    return rounds(frames)[-1][-1].kind == "mld"


@pytest.mark.parametrize("setting", ['notify = "off"', f'notify-off-macs = ["{GUEST_MAC}"]'])
def test_nothing_is_said_where_that_is_not_wanted(lab, setting):
    with ports(lab) as (primary, standby):
        start(lab, f"{CONFIG}notify-schedule-ms = [0, 30, 60]\n{setting}\n", primary, 0)
        primary.forget()
        standby.forget()
        switch(lab, "operator")
        lab.traffic(pps=1000).pass_packets(1000)
        assert primary.announcements() == []
        assert standby.announcements() == []
        # The ears are good: what passes by there is heard.
        assert len(standby.frames()) >= 1000


def test_a_switch_back_is_said_by_the_primary(lab):
    with ports(lab) as (primary, standby):
        start(lab, THREE_ROUNDS, primary, 3)
        standby.forget()
        lab.carrier_off("primary")
        lab.daemon.master.goes("primary", "standby")
        wait_for(lambda: len(rounds(standby.announcements())) == 3 and said_all(standby.announcements()),
                 "the rounds of the first switch", seconds=20)
        primary.forget()
        standby.forget()
        lab.carrier_on("primary")
        lab.daemon.master.goes("standby", "primary")
        wait_for(lambda: len(rounds(primary.announcements())) >= 3 and said_all(primary.announcements()),
                 "three rounds", seconds=20)
        assert len(rounds(primary.announcements())) == 3
        assert primary.announcements()[0].kind == "rarp"
        assert about(primary.announcements(), "garp") == {"10.77.0.2", "10.77.0.22"}
        assert standby.announcements() == []
