# SPDX-License-Identifier: GPL-2.0-only
"""failoverd returns after a kill. What is attached in the kernel stays as it is: not one link or program is made anew.

On 6.1 the master is a veth pair with filters, on 6.12 a netkit pair: what is found again differs.
"""
import pytest

PINS = "find /sys/fs/bpf/failover | sort | xargs ls -di; for l in $(ls /sys/class/net); do tc filter show dev $l ingress; done"


def test_every_pin_is_the_same_after_a_restart(guest, product):
    before = guest.sh(PINS)
    assert "link-" in before or "fom_masters" in before
    product.kill()
    product.start()
    product.await_master()
    assert guest.sh(PINS) == before


@pytest.mark.kernels("6.1")  # newer ones have links
def test_nothing_is_at_the_egress_of_any_device(guest, product):
    """One clsact, at whatever device, has each frame that any device sends looked at."""
    product.sees_only_master()
    shown = guest.sh("nsenter --net=/run/failoverd/hidden-netns tc qdisc show; tc qdisc show")
    assert "qdisc" in shown and "clsact" not in shown
