# SPDX-License-Identifier: GPL-2.0-only
"""Another port of the fabric speaks with the guest's address, as hypervisors do that announce a guest by every NIC it is
to have. The guest, which only receives, hears it, and tells the fabric again where it is."""
import json

from lab import wait_for
from lab.capture import Capture
from lab.daemon import CONFIG
from lab.forged import announce
from lab.lab import GUEST_MAC

ONE_ROUND = CONFIG + "notify-schedule-ms = [0]\n"
MOST_ANSWERED = 10  # in two seconds; lib/model


def port_of(lab):
    for entry in json.loads(lab.fabric.run("bridge", "-json", "fdb", "show", "br", "br0")):
        if entry["mac"] == GUEST_MAC and entry.get("state") != "permanent":
            return entry["ifname"]
    return None


def start(lab, ear):
    lab.daemon.start(ONE_ROUND)
    lab.daemon.master.expect(active="primary")
    wait_for(lambda: ear.count("na"), "the announcement of the start")
    ear.forget()


def test_a_guest_that_was_moved_takes_its_address_back(lab):
    with Capture(lab.fabric, "port-primary") as ear:
        start(lab, ear)
        # More than once, as hypervisors do: just after a switch it is taken for what the slave before sent.
        wait_for(lambda: announce(lab.peer, "eth0", GUEST_MAC) or ear.count("rarp"), "the guest to say where it is")
        wait_for(lambda: port_of(lab) == "port-primary", "the fabric to have it there again")
        wait_for(lambda: [event for event in lab.daemon.control("events")["events"]
                          if event["kind"] == "moved"], "the journal to tell of it")
    lab.daemon.master.stays("primary")


def test_a_fabric_that_sends_everything_back_is_not_answered_for_ever(lab):
    """Reflective relay: each announcement comes back as a reason for the next."""
    with Capture(lab.fabric, "port-primary") as ear:
        start(lab, ear)
        lab.fabric.run("bridge", "link", "set", "dev", "port-primary", "hairpin", "on")
        wait_for(lambda: announce(lab.peer, "eth0", GUEST_MAC) or ear.count("rarp"), "the guest to say where it is")
        wait_for(lambda: ear.count("rarp") >= MOST_ANSWERED, "announcements that come back")
        lab.traffic(pps=1000).pass_packets(1500)  # a second and a half in which each could have made many more
        assert ear.count("rarp") <= 2 * MOST_ANSWERED
