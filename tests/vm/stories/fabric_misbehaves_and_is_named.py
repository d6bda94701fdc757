# SPDX-License-Identifier: GPL-2.0-only
"""The fabric goes on delivering to the port of a primary that is dead, or drops what the guest sends by one that is back.
No carrier tells of it. Neighbours that are asked after the switch do: what only the host can mend is named, and a primary
by which nobody answers is left again.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `-X- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

The kernel's own driver goes on as if nothing were the matter. The module decides by itself; failoverd tells it what is to
be doubted.
"""
import pytest

from harness import wait
from harness.network.fabric import GUEST_MAC, PEER

PACKETS = 1000
HOUR = 3600 * 1000  # milliseconds


def silence(product, seconds=60):
    return wait.until("silence to be noticed", lambda: product.masters()[0]["unanswered"], seconds)


def answered(product):
    """The guest sends nothing by itself, and nobody asks it."""
    wait.until("the answer", lambda: not product.masters()[0]["unanswered"], 60)
    assert [event for event in product.control("events")["events"] if event["kind"] == "answered"]


def deliver_to_a_dead_port(host):
    host.fabric.pin("primary")
    host.carrier("primary", False)


def named(host, guest, product):
    """Shown to whoever looks, and ended by what the operator of the host does."""
    seen = silence(product)
    assert PEER in seen["asked"] and seen["back_on"] == ""
    assert f"still deliver {GUEST_MAC} to the primary's port" in seen["hint"]
    shown = guest.run("failoverctl", "status").stdout
    assert "nobody answers" in shown and seen["hint"] in shown
    assert "answered" not in {event["kind"] for event in product.control("events")["events"]}
    host.fabric.unpin("primary")
    answered(product)


def test_delivery_to_a_dead_port_is_named_with_bpf(host, guest, product):
    deliver_to_a_dead_port(host)
    product.master.goes("primary", "standby")
    named(host, guest, product)


def test_delivery_to_a_dead_port_is_named_with_the_module(host, guest, kmod, product):
    deliver_to_a_dead_port(host)
    named(host, guest, product)


@pytest.mark.machine(failover=True)
def test_delivery_to_a_dead_port_is_named_beside_the_kernels_own(host, guest, adopted):
    deliver_to_a_dead_port(host)
    adopted.master.goes("primary", "standby")
    named(host, guest, adopted)


@pytest.mark.machine(failover=True)
def test_the_kernels_own_driver_hears_nothing_of_a_dead_port(host, guest, intree, note):
    stream = host.stream(both_ways=True, pps=1000)
    deliver_to_a_dead_port(host)
    guest.await_carrier(intree.primary, up=False)
    stream.await_inbound_sent(PACKETS)
    stream.stop()
    note(stream)
    assert stream.inbound.lost >= PACKETS // 2


def return_to_a_filter(host, on_standby):
    """The primary comes back where its port takes nothing from the guest."""
    host.carrier("primary", False)
    on_standby()
    host.fabric.filter_source("primary", True)
    host.carrier("primary", True)


def slave(product, role):
    return next(slave for slave in product.masters()[0]["slaves"] if slave["role"] == role)


def left_again(host, guest, product, note):
    """Traffic goes on by the standby, and it is told why and until when."""
    return_to_a_filter(host, lambda: product.master.goes("primary", "standby"))
    product.master.goes("standby", "primary", seconds=30)
    assert product.master.goes("primary", "standby", seconds=60)["cause"] == "probe"
    seen = silence(product)
    primary = slave(product, "primary")
    assert (seen["slave"], seen["back_on"]) == (primary["name"], slave(product, "standby")["name"])
    assert f"may filter {GUEST_MAC} at the primary's port" in seen["hint"]
    assert primary["doubted_until"] > seen["since"]
    shown = guest.run("failoverctl", "status").stdout
    assert "is doubted until" in shown and f"back on {seen['back_on']}" in shown
    kinds = [event["kind"] for event in product.control("events")["events"]]
    assert "switch" in kinds[kinds.index("unanswered"):]
    stream = host.stream(both_ways=True, pps=1000).flows(PACKETS).stop()
    note(stream)
    assert stream.lost == 0
    product.master.stays("standby")


def test_a_filter_at_the_primary_is_left_again_with_bpf(host, guest, product, note):
    left_again(host, guest, product, note)


@pytest.mark.machine(failover=True)
def test_a_filter_at_the_primary_is_left_again_beside_the_kernels_own(host, guest, adopted, note):
    left_again(host, guest, adopted, note)


def test_a_filter_at_the_primary_is_left_again_with_the_module(host, guest, kmod, product, note):
    """And the module returns by itself when the doubt has ended, whether failoverd is there or not."""
    product.master.expect(active="primary")
    left_again(host, guest, product, note)
    host.fabric.filter_source("primary", False)
    until = slave(product, "primary")["doubted_until"]
    product.kill()
    product.start()
    product.await_master()
    assert slave(product, "primary")["doubted_until"] == pytest.approx(until, abs=10**6)
    product.kill()
    product.master.stays("standby")
    kmod.doubt("primary", 1000)  # no story waits for a minute
    assert product.master.goes("standby", "primary", seconds=30)["cause"] == "failback"
    assert slave(product, "primary")["doubted_until"] == 0


def test_a_primary_that_answers_is_trusted_again_by_the_module(host, kmod, product):
    product.master.expect(active="primary")
    kmod.doubt("primary", HOUR)
    assert product.master.goes("primary", "standby")["cause"] == "probe"
    assert slave(product, "primary")["doubted_until"] > 0
    product.control("switch", kmod.name, "primary")
    assert product.master.goes("standby", "primary")["cause"] == "operator"
    wait.until("the primary to be trusted", lambda: slave(product, "primary")["doubted_until"] == 0, 30)
    product.control("switch", kmod.name, "auto")
    host.await_path("primary")
    product.master.stays("primary")


@pytest.mark.machine(failover=True)
def test_the_kernels_own_driver_sends_into_a_filter(host, guest, intree, note):
    stream = host.stream(both_ways=True, pps=1000)
    return_to_a_filter(host, lambda: wait.until("the standby to carry", lambda: host.fabric.port_of() == "standby", 20))
    guest.await_carrier(intree.primary)
    stream.await_sent(stream.outbound_sent() + PACKETS)
    stream.stop()
    note(stream)
    assert stream.outbound.lost >= PACKETS // 2
