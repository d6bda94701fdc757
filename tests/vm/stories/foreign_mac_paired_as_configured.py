# SPDX-License-Identifier: GPL-2.0-only
"""The VF has a MAC of its own and the configuration says where it sits. It is given the standby's MAC for as long as
it is a slave; a third NIC, of which the configuration says nothing, stays with the user.

    peer -- br0 -- tap0 -- virtio-net (standby), acpi-index 41 -+
              `--- tap1 -- e1000e     (primary), acpi-index 42 -+- master 10.77.0.2/24
                 nowhere -- vmxnet3   (the user's)

No section has a name: which one is meant is found again by the standby after each start of the daemon.
"""
import pytest

from harness import wait
from harness.network.fabric import GUEST_MAC, STRANGER_MAC, TAPS
from lab.capture import Capture

VF_MAC = "52:54:00:99:00:09"
PROBE_MAC = "12:54:00:77:00:00"  # of probes by the primary, made of the master's so that no switch learns from them
ON_ITS_WAY = 10  # unplug_loses_nothing.py says why


def pair(standby, primary):
    return f"[[master]]\nstandby = {{ {standby} }}\nprimary = {{ {primary} }}\n"


# The slots are named by acpiphp: all are number 0 of their own bus, so all but the first get a suffix.
BY_SLOT = pair('slot = "0"', 'slot = "0-2"')
OTHERWISE = {
    "bus": pair('bus = "0000:01:00.0"', 'bus = "0000:02:00.0"'),
    "acpi-index": pair("acpi-index = 41", "acpi-index = 42"),
    "driver": pair('driver = "virtio_net"', 'driver = "e1000e"'),
}

made_of = pytest.mark.machine(primary="e1000e", primary_mac=VF_MAC, acpi_index={"standby": 41, "primary": 42},
                              stranger="vmxnet3", config=BY_SLOT)


@pytest.fixture(name="stranger")
def stranger_of_the_user(guest):
    """The user's own NIC, configured before the product comes. Call it to see that nobody touched it since."""
    name = named(guest, STRANGER_MAC)
    guest.sh(f"ip addr add 192.0.2.77/24 dev {name} && ip link set {name} up")
    wait.until(f"{name} to come up", lambda: guest.links()[name]["operstate"] == "UP", 15)

    def look():
        return guest.links()[name], guest.json("ip", "-json", "addr", "show", "dev", name)[0]["addr_info"][0]["local"]

    before = look()

    def untouched():
        now = look()
        assert now == before, f"{name} was {before} and is {now}"
    return untouched


def named(guest, mac, driver=None):
    """The one visible device of this MAC (and driver)."""
    found = [name for name, link in guest.links().items()
             if link.get("address") == mac and driver in (None, guest.driver(name))]
    assert len(found) == 1, f"{mac} is the MAC of {found}, expected one device"
    return found[0]


def slaves(product):
    return {slave["role"]: slave for slave in product.master.state()["slaves"]}


def sources(capture):
    """Who sent what the fabric received at a port, probes left out."""
    return {frame.source for frame in capture.frames()} - {PROBE_MAC}


def expect_paired(host, product):
    """One master of the standby's MAC, over a VF that was given it and carries the traffic."""
    product.sees_only_master()
    assert host.guest.links()[product.name]["address"] == GUEST_MAC
    assert [slaves(product)[role]["mac"] for role in ("standby", "primary")] == [GUEST_MAC, GUEST_MAC]
    assert slaves(product)["primary"]["bus"] == "0000:02:00.0"
    host.await_path("primary")
    assert product.control("doctor")["healthy"]


def expect_given_back(host, product):
    """No master is left and each NIC is the user's again, under its own address."""
    standby, primary = named(host.guest, GUEST_MAC), named(host.guest, VF_MAC)
    assert (host.guest.driver(standby), host.guest.driver(primary)) == ("virtio_net", "e1000e")
    assert standby == product.name


@made_of
def test_a_vf_of_another_mac_comes_and_goes_like_any_other(host, guest, stranger, product, note):
    with Capture(host.fabric.switch, TAPS["primary"]) as wire:
        expect_paired(host, product)
        stream = host.stream(both_ways=True, pps=1000)
        wire.forget()
        stream.flows()
        assert len(wire.frames()) >= 300, "the guest sends by another port"
        host.unplug()
        product.master.goes("primary", "standby")
        stream.flows()
        host.plug()
        product.master.goes("standby", "primary", seconds=20)
        stream.flows().stop()
        note(stream)
        expect_paired(host, product)
        assert sources(wire) == {GUEST_MAC}
    assert stream.inbound.lost <= ON_ITS_WAY
    assert stream.outbound.lost == 0
    stranger()

    product.control("detach", product.name)
    expect_given_back(host, product)
    stranger()
    product.kill()
    product.start()
    product.await_master()
    product.master.expect(active="primary")


@made_of
def test_each_way_to_say_where_it_sits_finds_it(host, stranger, product):
    for key, config in OTHERWISE.items():
        product.release()
        expect_given_back(host, product)
        product.configure(config)
        product.start()
        product.await_master()
        product.master.expect(active="primary")
        expect_paired(host, product)
        # A daemon that knows the master only from the kernel finds its section, and by it the VF.
        product.kill()
        product.start()
        product.await_master()
        host.unplug()
        product.master.goes("primary", "standby")
        with Capture(host.fabric.switch, TAPS["primary"]) as wire:
            host.plug()
            product.master.goes("standby", "primary", seconds=20)
            expect_paired(host, product)
            assert sources(wire) == {GUEST_MAC}, f"named by {key}"
        stranger()


@pytest.mark.machine(primary="e1000e", primary_mac=VF_MAC, stranger="e1000e",
                     config=pair('driver = "virtio_net"', 'driver = "e1000e"'))
def test_a_second_nic_that_fits_is_refused_with_a_reason(host, guest, stranger, product):
    name = named(guest, STRANGER_MAC)
    stream = host.stream(both_ways=True, pps=1000)
    said = wait.until("the refusal to be told", lambda: [event for event in product.control("events")["events"]
                                                         if event["kind"] == "refused"])
    assert [(event["master"], event["slave"]) for event in said] == [(product.name, name)]
    reason = f"{product.name} has the primary {slaves(product)['primary']['name']} already"
    assert reason in said[0]["message"]
    advised = [finding for finding in product.control("doctor")["findings"] if finding["check"] == "refused"]
    assert len(advised) == 1 and reason in advised[0]["message"] and name in advised[0]["advice"]
    # The administrator mends it, and what stands is not touched.
    product.configure(pair('driver = "virtio_net"', 'bus = "0000:02:00.0"'))
    product.control("reload")
    assert "refused" not in [finding["check"] for finding in product.control("doctor")["findings"]]
    stream.flows().stop()
    assert stream.lost == 0
    product.master.stays("primary")
    expect_paired(host, product)
    stranger()
