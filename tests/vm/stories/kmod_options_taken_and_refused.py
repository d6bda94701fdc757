# SPDX-License-Identifier: GPL-2.0-only
"""The options of an administrator's master, and of its slaves: each value that is taken is told again, each that is not is
refused with a reason and changes nothing, and each does what it is for.

    m0 (fom) -+- a0 -- b0
              +- a1 -- b1    pairs of veth: what is done to the far end, the near one sees
              `- a2 -- b2
"""
import pytest

from harness import places, wait
from harness.machine.agent import Failed

TOOL = "/run/failover-link"
NO_SLOT = 255
FAILBACK, OPERATOR, PROBE = 6, 7, 8  # enum fom_cause
USABLE, DOUBTED = 2, 16  # FOM_SLAVE_*
HOUR, BRIEF = 3600 * 1000, 2000  # milliseconds

OUT_OF_RANGE = "integer out of range"
ONLY_TOLD = "This is only reported, it cannot be set"
NO_NUMBER = "Attribute failed policy validation"
WRONG_LENGTH = "invalid attribute length"  # the same, where a family is strict
NO_SUCH_SLOT = "A slot is 0 to 7, or 255 for the best"
HALF_A_DOUBT = "A doubt needs both a slot and a duration"
TOO_LONG = "A doubt lasts an hour at most"
NOBODY = "There is no slave in this slot"

TAKEN = {
    "chosen": (0, 7, NO_SLOT),
    "announce-rounds": (0, 1, 30),
    "failback": (1, 2),
    "updelay": (0, 1, 2**32 - 1),
    "hold": (0, 1, 1000),
}
REFUSED = [
    ("chosen", "8", NO_SUCH_SLOT), ("chosen", "254", NO_SUCH_SLOT), ("chosen", "0:0", NO_NUMBER),
    ("announce-rounds", "31", OUT_OF_RANGE), ("announce-rounds", "255", OUT_OF_RANGE), ("announce-rounds", "0:0", NO_NUMBER),
    ("failback", "0", OUT_OF_RANGE), ("failback", "3", OUT_OF_RANGE), ("failback", "0:0", NO_NUMBER),
    ("updelay", "1:2", NO_NUMBER), ("hold", "1001", OUT_OF_RANGE), ("hold", "1:2", NO_NUMBER),
    *[(word, "0", ONLY_TOLD) for word in ("index", "active", "cause", "switched-ns", "switches", "last-from")],
]
DOUBTS_TAKEN = (1, HOUR, 0)
DOUBTS_REFUSED = [
    (("doubted", 0), HALF_A_DOUBT), (("doubt", 0), HALF_A_DOUBT), (("doubted", 0, "doubt", HOUR + 1), TOO_LONG),
    (("doubted", 3, "doubt", 0), NOBODY), (("doubted", NO_SLOT, "doubt", HOUR), NOBODY),
    (("doubted", "0:0", "doubt", HOUR), NO_NUMBER), (("doubted", 0, "doubt", "1:2"), NO_NUMBER),
]
SLAVES_TAKEN = {"role": (2, 1), "rank": (0, 1, 2**32 - 1)}
SLAVES_REFUSED = [("role", "0", OUT_OF_RANGE), ("role", "3", OUT_OF_RANGE), ("rank", "1:2", NO_NUMBER),
                  ("slot", "0", ONLY_TOLD), ("flags", "0", ONLY_TOLD), ("doubt", "0", ONLY_TOLD),
                  ("doubted-ns", "0", ONLY_TOLD)]

MAKE = """set -e
modprobe veth
for n in 0 1 2; do
	ip link add a$n type veth peer name b$n
	ip link set b$n up
	ip link set a$n master m0
done
ip link set m0 up"""


class Options:
    def __init__(self, guest):
        self._guest = guest

    def __call__(self, *words):
        return self._guest.run(TOOL, *words)

    def told(self, name):
        return self._guest.json(TOOL, "show", name)

    def refuses(self, why, *words):
        """For this reason, and nothing has changed by it."""
        before = self.told(words[1])
        done = self._guest.run(TOOL, *words, check=False)
        assert done.rc == 1 and f"({why})" in done.stderr, f"expected to be refused, {why!r}: {done!r}"
        assert self.told(words[1]) == before

    def goes_to(self, slot):
        wait.until(f"slot {slot} to be active", lambda: self.told("m0")["active"] == slot)

    def stays(self, slot):
        """Whatever would change it has been decided when the kernel answers."""
        assert self.told("m0")["active"] == slot


@pytest.fixture
def options(guest, kmod, machine):  # pylint: disable=unused-argument
    guest.push(places.tool("failover-link", machine.build).read_bytes(), TOOL, 0o755)
    yield Options(guest)
    guest.sh("ip link del m0; for n in 0 1 2; do ip link del a$n; done", check=False)


def test_each_value_is_taken_or_refused_for_a_reason(guest, options):
    options("add", "m0", *[str(word) for option, values in TAKEN.items() for word in (option, values[0])])
    assert options.told("m0").items() >= {option: values[0] for option, values in TAKEN.items()}.items()
    guest.sh(MAKE)
    for option, values in TAKEN.items():
        for value in (*values, values[0]):
            options("set", "m0", option, value)
            assert options.told("m0")[option] == value
    for option, value, why in REFUSED:
        options.refuses(why, "set", "m0", option, value)
    # All or nothing: what stands before the word that is refused is not done either.
    options.refuses(OUT_OF_RANGE, "set", "m0", "updelay", 77, "hold", 1001)
    options.refuses(NO_SUCH_SLOT, "set", "m0", "updelay", 77, "chosen", 8)
    doubts(options)
    for option, values in SLAVES_TAKEN.items():
        for value in values:
            options("slave", "a1", option, value)
            assert options.told("a1")[option] == value
    for option, value, why in SLAVES_REFUSED:
        options.refuses(why, "slave", "a1", option, value)
    options.refuses(OUT_OF_RANGE, "slave", "a1", "rank", 77, "role", 3)
    for words in (("hold", 1001), ("doubted", 0, "doubt", HOUR)):
        with pytest.raises(Failed):
            options("add", "m1", *words)
        assert "m1" not in guest.links()


def doubts(options):
    """By rtnl and by generic netlink. What is taken is told of the slave, what is refused leaves that alone too."""
    for verb, no_number in (("set", NO_NUMBER), ("tell", WRONG_LENGTH)):
        for value in DOUBTS_TAKEN:
            options(verb, "m0", "doubted", 1, "doubt", value)
            told = options.told("a1")
            assert (told["doubt"], told["doubted-ns"] > 0) == (value, value > 0)
        options(verb, "m0", "doubted", 0, "doubt", HOUR)
        before = options.told("a0")
        assert before["flags"] & DOUBTED
        for words, why in DOUBTS_REFUSED:
            why = no_number if why == NO_NUMBER else why
            options.refuses(why, verb, "m0", *words)
            options.refuses(why, verb, "m0", "updelay", 77, *words)
        assert options.told("a0") == before
        options(verb, "m0", "doubted", 0, "doubt", 0)


def test_each_does_what_it_is_for(guest, options):
    options("add", "m0")
    guest.sh(MAKE)
    options.goes_to(0)
    asked(options)
    ranked(options)
    failed_and_back(guest, options)
    doubted(guest, options)


def asked(options):
    """Somebody chooses; then the best is again."""
    options("set", "m0", "chosen", 2)
    options.goes_to(2)
    assert options.told("m0")["cause"] == OPERATOR
    options("set", "m0", "chosen", NO_SLOT)
    options.goes_to(0)


def ranked(options):
    """The lowest rank is the best; without failback that is no reason to leave one that works."""
    options("slave", "a0", "rank", 9)
    options.goes_to(1)
    options("set", "m0", "failback", 2)
    options("slave", "a0", "rank", 0)
    options.stays(1)
    options("set", "m0", "failback", 1)
    options.goes_to(0)


def failed_and_back(guest, options):
    """A better slave that returns is taken when it has been there for long enough: here, not in this story's time."""
    options("set", "m0", "updelay", 10**6)
    guest.sh("ip link set b0 down")
    options.goes_to(1)
    guest.sh("ip link set b0 up")
    wait.until("the first slave to be usable", lambda: options.told("a0")["flags"] & USABLE)
    options.stays(1)
    # It has nothing to wait for when the other one fails.
    guest.sh("ip link set b1 down")
    options.goes_to(0)
    guest.sh("ip link set b1 up")
    options("set", "m0", "updelay", 0)
    options.stays(0)


def doubted(guest, options):
    """A slave by which nobody answers is left at once, even without failback. It is taken before none at all, and if
    somebody chooses it."""
    options("set", "m0", "failback", 2, "updelay", 10**6)
    doubt(options, HOUR)
    options.stays(1)
    assert options.told("m0")["cause"] == PROBE
    options("set", "m0", "chosen", 0)
    options.stays(0)
    assert options.told("m0")["cause"] == OPERATOR
    options("set", "m0", "chosen", NO_SLOT)
    options.stays(1)
    guest.sh("ip link set b1 down")
    options.goes_to(2)
    guest.sh("ip link set b2 down")
    options.goes_to(0)
    guest.sh("ip link set b2 up")
    options.goes_to(2)
    guest.sh("ip link set b1 up")
    doubt(options, 0)
    options.stays(2)
    options("set", "m0", "failback", 1, "updelay", 0)
    options.stays(0)
    over(guest, options)


def over(guest, options):
    """A doubt ends by itself, and with the slave."""
    doubt(options, BRIEF)
    assert options.told("m0")["last-from"] == 0
    options.goes_to(0)
    assert options.told("m0")["cause"] == FAILBACK
    assert (options.told("a0")["doubt"], options.told("a0")["flags"] & DOUBTED) == (BRIEF, 0)
    doubt(options, HOUR)
    options.stays(1)
    guest.sh("ip link set a0 nomaster; ip link set a0 master m0")
    assert options.told("a0")["doubt"] == 0
    options.goes_to(0)


def doubt(options, milliseconds):
    options("set", "m0", "doubted", 0, "doubt", milliseconds)
