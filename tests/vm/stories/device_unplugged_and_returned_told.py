# SPDX-License-Identifier: GPL-2.0-only
"""Why the primary is gone, and what still lacks for its return, stands in the daemon's events: its device was unplugged,
or only its driver let go.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24
"""
from harness import wait

DEVICE = ("plugged", "bind", "unbind", "unplugged")


def bus_of_primary(product):
    return next(slave["bus"] for slave in product.masters()[0]["slaves"] if slave["role"] == "primary")


def told(product):
    """Kinds of what was told of the primary's device, oldest first."""
    bus, events = bus_of_primary(product), product.control("events")["events"]
    about = [event for event in events if event["kind"] in DEVICE]
    assert all(bus in event["message"] for event in about if event["kind"] != "unbind")
    return [event["kind"] for event in about]


def test_an_unplugged_device_and_its_return_are_told(host, product):
    assert told(product) == []
    host.unplug()
    product.master.goes("primary", "standby")
    wait.until("the daemon to tell of it", lambda: told(product) == ["unbind", "unplugged"], 20)
    host.plug()
    product.master.goes("standby", "primary", seconds=20)
    wait.until("the daemon to tell of it", lambda: told(product) == ["unbind", "unplugged", "plugged", "bind"], 20)
    events = product.control("events")["events"]
    assert any(event["kind"] == "bind" and host.machine.primary in event["message"] for event in events)


def test_a_driver_that_is_unbound_is_told_and_nothing_was_unplugged(guest, product):
    bus = bus_of_primary(product)
    driver = next(slave["driver"] for slave in product.masters()[0]["slaves"] if slave["role"] == "primary")
    guest.sh(f"echo {bus} > /sys/bus/pci/drivers/{driver}/unbind")
    product.master.goes("primary", "standby")
    guest.sh(f"echo {bus} > /sys/bus/pci/drivers/{driver}/bind")
    product.master.goes("standby", "primary", seconds=20)
    wait.until("the daemon to tell of it", lambda: told(product) == ["unbind", "bind"], 20)
