# SPDX-License-Identifier: GPL-2.0-only
"""What becomes a slave of an administrator's master, what does not, and why not; slaves follow what users turn off at the
master, and have it back when they leave.

    m0 (fom) -+- a0 -- b0
              +- a1 -- b1    pairs of veth
              ` ...
"""
import pytest

from harness import wait

MOST = 8
TSO, RX = "tcp-segmentation-offload", "rx-checksumming"

MAKE = f"""set -e
modprobe veth
ip link add m0 type fom
for n in $(seq 0 {MOST}); do
	ip link add a$n type veth peer name b$n
	ip link set b$n up
done
ip link set m0 up"""
UNMAKE = f"""for name in m0 m1 br0 tap0 tun0 mac0 $(seq -f a%g 0 {MOST}); do ip link del $name; done"""

# What is done first, the device, and the kernel's words.
REFUSED = [
    ("true", "lo", "Only Ethernet devices can be slaves"),
    ("ip tuntap add tun0 mode tun", "tun0", "Only Ethernet devices can be slaves"),
    ("ip link add m1 type fom", "m1", "A master cannot be a slave"),
    ("ip link add br0 type bridge; ip link set a1 master br0", "a1", "Device does not allow enslaving"),
    ("ip link add link a2 name mac0 type macvlan", "a2", "The device belongs to another master, bridge or macvlan"),
    ("ip tuntap add tap0 mode tap; ip link set m0 mtu 65530", "tap0", "The device refuses the master's MTU"),
]


@pytest.fixture
def made(guest, kmod):  # pylint: disable=unused-argument
    guest.sh(MAKE)
    yield guest
    guest.sh(UNMAKE, check=False)


def masters(guest):
    return {name: link.get("master") for name, link in guest.links().items()}


def refused(guest, name, why):
    before = masters(guest)
    done = guest.run("ip", "link", "set", name, "master", "m0", check=False)
    assert done.rc != 0 and why in done.stderr, f"{name} as a slave: expected {why!r}: {done!r}"
    assert masters(guest) == before


def test_what_cannot_be_a_slave_is_refused_with_the_reason(made):
    made.sh("ip link set a0 master m0; for module in bridge macvlan tun; do modprobe $module; done")
    for first, name, why in REFUSED:
        made.sh(first)
        if name != "a1":  # the kernel itself takes it away from the bridge
            refused(made, name, why)
    made.sh("ip link set m0 mtu 1500")
    taken = [f"a{number}" for number in range(MOST + 1) if number != 2]
    for name in taken:
        made.sh(f"ip link set {name} master m0")
    assert [made.links()[name]["master"] for name in taken] == ["m0"] * MOST
    made.sh("ip link del mac0")
    refused(made, "a2", "The master has as many slaves as it can have")


def offloads(guest, name):
    told = guest.json("ethtool", "--json", "-k", name)[0]
    return {word: told[word]["active"] for word in (TSO, RX)}


def test_slaves_follow_what_is_turned_off_and_have_it_back(made):
    before = {name: offloads(made, name) for name in ("a0", "a1")}
    assert before["a0"] == {TSO: True, RX: True}
    made.sh("ip link set a0 master m0")
    assert offloads(made, "m0") == {TSO: True, RX: True}
    made.sh("ethtool -K m0 tso off rx off")
    nothing = {TSO: False, RX: False}
    made.sh("ip link set a1 master m0")
    for name in ("m0", "a0", "a1"):
        assert offloads(made, name) == nothing, name
    made.sh("ip link set a1 nomaster")
    assert offloads(made, "a1") == before["a1"]
    made.sh("ip link set a1 master m0; ethtool -K m0 tso on")
    for name in ("m0", "a0", "a1"):
        assert offloads(made, name) == {TSO: True, RX: False}, name
    made.sh("ethtool -K m0 rx on")
    for name in ("m0", "a0", "a1"):
        assert offloads(made, name) == {TSO: True, RX: True}, name


def test_ethtool_tells_of_the_active_slave_and_of_each(host, guest, kmod):
    """Of real NICs: e1000e has a clock of its own, virtio-net has none."""
    def clock():
        return guest.run("ethtool", "-T", kmod.name).stdout

    def settings():
        return guest.run("ethtool", kmod.name).stdout

    def counted():
        lines = guest.run("ethtool", "-S", kmod.name).stdout.splitlines()[1:]
        return {name.strip(): int(value) for name, value in (line.rsplit(":", 1) for line in lines)}

    assert "hardware-receive" in clock() and "Speed: 1000Mb/s" in settings()
    before = counted()
    assert len(before) == 12 and before["primary_tx_packets"] > 0
    host.unplug()
    kmod.announces("standby")
    wait.until("the guest to be reached", host.reaches)
    assert "hardware-receive" not in clock() and "Speed: 1000Mb/s" not in settings()
    after = counted()
    assert after["standby_tx_packets"] > before["standby_tx_packets"], (before, after)
    host.plug()
    kmod.announces("primary", seconds=20)
    assert "hardware-receive" in clock() and "Speed: 1000Mb/s" in settings()
