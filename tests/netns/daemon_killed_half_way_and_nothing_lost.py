# SPDX-License-Identifier: GPL-2.0-only
"""failoverd is killed while it takes an interface over, or gives it back: at any of its messages to the kernel, when the
NIC is on its way between namespaces, the master half made, the addresses on neither. The next one finds everything."""
import itertools

import pytest

from lab.configuration import configuration, configure

STEP = 5     # messages from one kill to the next; the long story misses none
LEAST = 40   # a takeover, and a release, take more messages than that


def kill_at_each(guest, run_to_be_killed, then, step):
    """`then` after each kill; returns the message that was the last one to be killed at."""
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


@pytest.mark.long
def test_killed_at_each_message_while_it_takes_over(lab):
    taken_over(lab, 1)


@pytest.mark.long
def test_killed_at_each_message_while_it_gives_back(lab):
    given_back(lab, 1)
