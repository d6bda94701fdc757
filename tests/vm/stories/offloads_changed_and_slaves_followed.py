# SPDX-License-Identifier: GPL-2.0-only
"""Offloads that users turn off at the master are off at the NICs behind it, real drivers this time, and on again as they
were; what a NIC cannot change does not keep the other from following. A returning primary follows too.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24
"""
import pytest

from harness import wait


def features(guest, role, product):
    name = next(slave["name"] for slave in product.masters()[0]["slaves"] if slave["role"] == role)
    listing = guest.sh(f"nsenter --net=/run/failoverd/hidden-netns ethtool -k {name}")
    lines = (line.split(":") for line in listing.splitlines()[1:])
    return {name.strip(): value.strip() for name, value in lines}


def differences(before, now):
    return {name: value for name, value in now.items() if before[name] != value}


OFF = ("tso off", "rx off", "gro off", "rxvlan off")
EXPECTED = {"tcp-segmentation-offload": "off", "rx-checksumming": "off", "generic-receive-offload": "off"}


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_offloads_follow_and_come_back_as_they_were(host, guest, product, nic):
    primary = features(guest, "primary", product)
    standby = features(guest, "standby", product)
    for words in OFF:
        guest.sh(f"ethtool -K {product.name} {words}")

    def followed():
        return EXPECTED.items() <= features(guest, "primary", product).items()

    wait.until("the primary to follow", followed, 20)
    assert features(guest, "standby", product)["tcp-segmentation-offload"] == "off"
    host.unplug()
    product.master.goes("primary", "standby")
    host.plug()
    product.master.goes("standby", "primary", seconds=20)
    assert followed()
    for words in OFF:
        guest.sh(f"ethtool -K {product.name} {words.replace('off', 'on')}")
    wait.until("the primary to have all as it was",
               lambda: differences(primary, features(guest, "primary", product)) == {}, 20)
    wait.until("the standby to have all as it was",
               lambda: differences(standby, features(guest, "standby", product)) == {}, 20)
    host.await_path("primary")
