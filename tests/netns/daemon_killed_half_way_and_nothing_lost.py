# SPDX-License-Identifier: GPL-2.0-only
"""failoverd is killed while it takes an interface over, or gives it back: at any of its messages to the kernel, when the
NIC is on its way between namespaces, the master half made, the addresses on neither. The next one finds everything."""
import itertools

import pytest

from lab.configuration import configuration, configure

STEP = 5     # messages from one kill to the next; the long story misses none
LEAST = 40   # a takeover, and a release, take more messages than that


def kill_at_each(guest, run_to_be_killed, then, step):
    """`then` after each kill, until it sends no more messages than that."""
    for at in itertools.count(1, step):
        if not run_to_be_killed(at):
            assert at > LEAST, f"killed nobody after message {at}"
            return
        then()
        left = [path.name for path in guest.path("/run/failoverd").glob("takeover-*")]
        assert left == [], f"after a kill at message {at}"


def expect_in_charge(lab, before):
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    assert configuration(lab.guest) == before
    assert lab.guest.links() == ["lo", "eth0"]


def expect_given_back(lab, before):
    lab.daemon.release()
    assert configuration(lab.guest) == before
    assert sorted(lab.guest.links()) == ["eth0", "eth1", "lo"]


def taken_over(lab, step):
    configure(lab.guest)
    before = configuration(lab.guest)

    def go_on():
        expect_in_charge(lab, before)
        assert lab.daemon.stop() == 0
        expect_given_back(lab, before)

    kill_at_each(lab.guest, lab.daemon.start_to_be_killed, go_on, step)
    go_on()


def given_back(lab, step):
    configure(lab.guest)
    before = configuration(lab.guest)

    def stand():
        expect_in_charge(lab, before)
        assert lab.daemon.stop() == 0

    stand()
    finish = itertools.cycle([lambda: expect_given_back(lab, before), lambda: None])

    def go_on():
        next(finish)()  # by a second release, or by a daemon that takes over again
        stand()

    kill_at_each(lab.guest, lab.daemon.release_to_be_killed, go_on, step)
    assert configuration(lab.guest) == before
    assert sorted(lab.guest.links()) == ["eth0", "eth1", "lo"]


def test_killed_while_it_takes_over(lab):
    taken_over(lab, STEP)


def test_killed_while_it_gives_back(lab):
    given_back(lab, STEP)


def kill_when(lab, condition):
    """Killed at the first message after which `condition` holds."""
    for at in itertools.count(5):
        assert lab.daemon.start_to_be_killed(at), "it was ready before"
        if condition():
            return
        lab.daemon.release()


def test_another_nic_has_the_name_by_then(lab):
    """A VF that comes up meanwhile takes the first free name, and must not get the standby's addresses; not either where
    those that are to put things right are killed as well."""
    configure(lab.guest)
    before = configuration(lab.guest)
    kill_when(lab, lambda: "eth0" not in lab.guest.links())
    lab.guest.run("ip", "tuntap", "add", "eth0", "mode", "tap")
    for at in range(1, LEAST, STEP - 2):
        lab.daemon.start_to_be_killed(at, "")
    lab.daemon.start("")
    at = {link["ifname"]: {address["local"] for address in link["addr_info"] if address["scope"] == "global"}
          for link in lab.guest.ip("address", "show")}
    assert at["eth0"] == set()
    back = [name for name, addresses in at.items() if addresses == {address for address, *_ in before["addresses"]}]
    assert len(back) == 1 and back != ["eth0"], f"addresses are {at}"
    lab.guest.run("ip", "link", "del", "eth0")
    lab.guest.run("ip", "link", "set", *back, "down")
    lab.guest.run("ip", "link", "set", *back, "name", "eth0")
    lab.guest.run("ip", "link", "set", "eth0", "up")
    assert lab.daemon.stop() == 0
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")


def test_a_record_that_cannot_be_read_costs_nothing_and_is_kept(lab):
    configure(lab.guest)
    before = configuration(lab.guest)
    expect_in_charge(lab, before)
    lab.daemon.kill()
    lab.guest.path("/run/failoverd/takeover-0").write_text("{}\n")
    expect_in_charge(lab, before)
    aside = "/run/failoverd/takeover-0.unreadable"
    assert f"/run/failoverd/takeover-0:1: expected an object with one key (kept as {aside})" in lab.daemon.log()
    assert lab.daemon.stop() == 0
    expect_given_back(lab, before)
    assert [path.name for path in lab.guest.path("/run/failoverd").iterdir()] == ["takeover-0.unreadable"]


def test_what_is_changed_afterwards_stays(lab):
    """Killed before anything was moved, and started long after: what an administrator has done since is his."""
    configure(lab.guest)
    kill_when(lab, lambda: lab.guest.path("/run/failoverd/takeover-0").exists())
    assert not lab.guest.ip("link", "show", "eth0")[0]["ifalias"].startswith("vf-failover")
    lab.guest.run("ip", "address", "del", "192.0.2.7/25", "dev", "eth0")
    before = configuration(lab.guest)
    expect_in_charge(lab, before)


@pytest.mark.long
def test_killed_at_each_message_while_it_takes_over(lab):
    taken_over(lab, 1)


@pytest.mark.long
def test_killed_at_each_message_while_it_gives_back(lab):
    given_back(lab, 1)
