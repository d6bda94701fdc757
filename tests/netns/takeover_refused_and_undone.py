# SPDX-License-Identifier: GPL-2.0-only
"""A NIC cannot be taken over, or cannot join. It is as it was, that is said once, and it is not tried again and again:
each try would take it away for a moment."""
import pytest

from lab.configuration import configuration, configure
from lab.daemon import CONFIG, DaemonError
from lab.tools import wait_for

LOOKS = 20  # so much news of links; each makes the daemon look at what there is
MOST = 8    # moves of a NIC that is tried again a second later, two seconds later, ... while a slow machine gets there


class Departures:
    """How often a device has left the guest's namespace since this was made."""

    def __init__(self, guest, name):
        self._guest, self._name = guest, name
        guest.spawn("ip", "-oneline", "monitor", "link", log="/run/links")
        self._news("the monitor to listen")

    def _log(self):
        return self._guest.path("/run/links").read_text()

    def _news(self, what):
        before = self._log().count(" lo: ")
        wait_for(lambda: self._guest.run("ip", "link", "set", "lo", "alias", "look") or self._log().count(" lo: ") > before, what)

    def after_news(self):
        for _ in range(LOOKS):
            self._news("news of links")
        return self.count()

    def count(self):
        return sum(line.startswith("Deleted ") and f": {self._name}" in line for line in self._log().splitlines())


def block_port(lab):
    """Something sits where the hidden end of the first master's pair would be."""
    lab.guest.run("nsenter", "--net=/run/failoverd/hidden-netns", "ip", "link", "add", "blocker", "index", "65551", "type",
                  "veth", "peer", "name", "beside")


def unblock_port(lab):
    lab.guest.run("nsenter", "--net=/run/failoverd/hidden-netns", "ip", "link", "del", "blocker")


def test_an_attach_that_fails_half_way_changes_nothing(lab):
    configure(lab.guest)
    before = configuration(lab.guest)
    lab.daemon.start("")
    block_port(lab)
    with pytest.raises(DaemonError, match="no master over eth0: making the master's pair of devices"):
        lab.daemon.control("attach", "eth0")
    assert configuration(lab.guest) == before
    assert sorted(lab.guest.links()) == ["eth0", "eth1", "lo"]
    unblock_port(lab)
    lab.daemon.control("attach", "eth0", "eth1")
    lab.daemon.master.expect(active="primary")
    assert configuration(lab.guest) == before


def test_a_takeover_that_failed_is_not_tried_again_by_itself(lab):
    configure(lab.guest)
    before = configuration(lab.guest)
    lab.daemon.start("")
    block_port(lab)
    departures = Departures(lab.guest, "eth0")
    lab.daemon.reload(CONFIG)
    said = wait_for(lambda: lab.daemon.events("refused"), "the refusal")
    assert departures.after_news() == 1
    assert len(lab.daemon.events("refused")) == len(said) == 1
    assert configuration(lab.guest) == before
    unblock_port(lab)
    lab.daemon.reload(CONFIG)
    lab.daemon.master.expect(active="primary")
    assert configuration(lab.guest) == before


def start_with_a_primary_that_cannot_join(lab):
    """A tap device takes 65521 bytes at most, a veth pair 65535."""
    lab.guest.run("ip", "link", "set", "eth0", "mtu", "65530")
    lab.guest.run("ip", "tuntap", "add", "tap0", "mode", "tap")
    lab.guest.run("ip", "link", "set", "tap0", "address", "52:54:00:77:00:09", "alias", "for tests")
    departures = Departures(lab.guest, "tap0")
    lab.daemon.start(CONFIG.replace("52:54:00:77:00:02", "52:54:00:77:00:09"))
    wait_for(lambda: lab.daemon.events("refused"), "the refusal")
    return departures


def test_a_primary_that_cannot_join_is_tried_less_and_less_often(lab):
    departures = start_with_a_primary_that_cannot_join(lab)
    assert 1 <= departures.after_news() <= MOST
    assert len(lab.daemon.events("refused")) == 1
    lab.daemon.control("detach", "eth0")
    assert lab.guest.ip("link", "show", "tap0")[0]["ifalias"] == "for tests"
    lab.daemon.expect_as_left()


@pytest.mark.long
def test_a_primary_refused_for_the_mtu_joins_when_that_is_another(lab):
    departures = start_with_a_primary_that_cannot_join(lab)
    wait_for(lambda: departures.count() > 4, "the fifth try; the next one is 16 s off", 60)
    lab.guest.run("ip", "link", "set", "eth0", "mtu", "1500")
    wait_for(lambda: [slave["name"] for slave in lab.daemon.masters()[0]["slaves"]] == ["eth0", "tap0"], "the primary to join")


def test_a_nic_may_be_named_as_our_ports_are(lab):
    lab.guest.run("ip", "link", "set", "eth0", "down")
    lab.guest.run("ip", "link", "set", "eth0", "name", "port0")
    lab.guest.run("ip", "link", "set", "port0", "up")
    lab.daemon.start(CONFIG.replace("eth0", "port0"))
    lab.daemon.master.expect(active="primary")
    assert lab.guest.links() == ["lo", "port0"]
    assert lab.daemon.stop() == 0
    lab.daemon.release()
    assert sorted(lab.guest.links()) == ["eth1", "lo", "port0"]
