# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's own tests ask of a bond or a team, as far as that is no more than to be a master of several NICs, a
master of ours does too. Each test runs with the kind it was written for as well, in the same guest: where that fails, a
failure of ours would mean nothing.

All scripts of tools/testing/selftests/drivers/net/{bonding,team} are either taken or left out for a reason, in Debian's
source of 6.1 and of 6.12; one that nobody has looked at fails. Those of 6.12 run on the other kernels too: 6.1 had fewer.
"""
import pytest

from harness.trials.selftests import OURS, OWN, Selftest, Selftests

BONDING, TEAM = "drivers/net/bonding", "drivers/net/team"
# Any mode would do for these, and a master of ours has one.
ANY_MODE = ('bond_modes="active-backup balance-tlb balance-alb"', 'bond_modes="active-backup"')
NO_MODE = ("type bond mode 0", "type bond mode 1")


# It waits for more announcements than may come until its time is over, and looks ten times a second: many processes for
# an emulated guest. All of them are out in a third of the time, be it a bond's or ours.
ONLY_WAIT = ("slowwait_for_counter $((exp_num + 5)) $exp_num", "sleep $((exp_num / 2 + 3)); true")


def one_count(rounds):
    """Of three in a row; they are side by side."""
    return "for val in 10 20 30; do", f"for val in {rounds}; do"


TAKEN = [
    Selftest(f"{BONDING}/dev_addr_lists.sh", only="bond_cleanup_mode1", passes=1),  # the rest: 802.3ad
    *[Selftest(f"{BONDING}/bond_options.sh", only="num_grat_arp", edits=(ONLY_WAIT, one_count(rounds)), passes=1)
      for rounds in (10, 20, 30)],  # the rest: see below
    Selftest(f"{BONDING}/bond_macvlan_ipvlan.sh", edits=(ANY_MODE,), passes=32),
    Selftest(f"{BONDING}/mode-1-recovery-updelay.sh", passes=7),
    Selftest(f"{TEAM}/dev_addr_lists.sh", passes=1),
    Selftest("net/vlan_hw_filter.sh", edits=(NO_MODE,)),
]
TAKEN_OF_6_1 = [
    Selftest(f"{BONDING}/dev_addr_lists.sh", "6.1", only="bond_cleanup_mode1", passes=1),
    Selftest(f"{TEAM}/dev_addr_lists.sh", "6.1", passes=1),
]
LEFT_OUT = {
    f"{BONDING}/bond-arp-interval-causes-panic.sh": "a monitor that asks by ARP, and balance-rr",
    f"{BONDING}/bond-break-lacpdu-tx.sh": "802.3ad",
    f"{BONDING}/bond-eth-type-change.sh": "a master of what is no Ethernet, and masters under masters: ours refuses both",
    f"{BONDING}/bond-lladdr-target.sh": "a monitor that asks by NS",
    f"{BONDING}/mode-2-recovery-updelay.sh": "balance-xor",
    f"{BONDING}/bond_options.sh: arp_validate": "a monitor that asks by ARP or NS",
    f"{BONDING}/bond_options.sh: prio": "balance-tlb, balance-alb and those monitors; what ours has of it is in "
                                        "kmod_options_taken_and_refused",
}
# Sourced by others, though one could start them.
LIBRARIES = {f"{BONDING}/bond_topo_2d1c.sh", f"{BONDING}/bond_topo_3d1c.sh", f"{BONDING}/lag_lib.sh"}


def taken(kernel):
    # A kernel that checks itself is too slow for those that time what they do, and has not all modes of team.
    if kernel == "debug":
        return [test for test in TAKEN if test.script in (f"{BONDING}/dev_addr_lists.sh", "net/vlan_hw_filter.sh")]
    return TAKEN + (TAKEN_OF_6_1 if kernel == "6.1" else [])


@pytest.mark.parametrize("source", ["6.1", "6.12"])
def test_each_script_is_taken_or_left_out_for_a_reason(source):
    known = {test.script for test in TAKEN} | set(LEFT_OUT) | LIBRARIES
    assert Selftests.scripts(source) <= known, "nobody has looked at these"


@pytest.mark.kernels("6.1", "6.12", "newest", "debug")
def test_they_pass_with_our_kind_in_place_of_theirs(guest, kmod, machine, note):
    tests = taken(machine.kernel)
    selftests = Selftests(guest, {test.source for test in tests}, machine.build)
    for test in tests:
        for kind in (OWN, OURS):
            selftests.start(test, kind)
    runs = selftests.finish(240)
    for run in runs:
        note(f"{run.test.title}, {run.kind} kind: {'failed' if run.wrong() else 'passed'} in {run.seconds:.0f} s")
    wrong = [run.wrong() for run in runs if run.wrong()]
    assert not wrong, "\n".join(wrong)
    kmod.goes_to("primary")
