# SPDX-License-Identifier: GPL-2.0-only
"""An interrupt that says nothing of the primary's link comes where those about links do. It may be taken for the link's end
once; nothing is lost by that, the primary is taken again, and the next one is not believed so soon.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

The guest makes the NIC raise it: that a receive ring ran over (8257x manual, ICS and ICR).
"""
import pytest

from harness import wait

pytestmark = pytest.mark.machine(append="iomem=relaxed")

CAUSE_SET = 0xC8
RECEIVER_OVERRUN = 1 << 6


def interrupt(host, guest):
    """The primary's, by the last of its vectors: no frame is told of there."""
    device = f"/sys/bus/pci/drivers/{host.qemu.driver}/0000:*"
    vector = max(map(int, guest.sh(f"ls {device}/msi_irqs").split()))

    def count():
        line = guest.sh(f"grep -w '^ *{vector}:' /proc/interrupts")
        return sum(map(int, line.split()[1:1 + host.machine.cpus]))

    before = count()
    registers = int(guest.sh(f"head -n1 {device}/resource").split()[0], 0)
    guest.sh(f"busybox devmem {registers + CAUSE_SET:#x} 32 {RECEIVER_OVERRUN:#x}")
    wait.until("the interrupt", lambda: count() > before)


def switches(product):
    """[(cause, role that is active then)], oldest first."""
    roles = {slave["name"]: slave["role"] for slave in product.masters()[0]["slaves"]}
    return [(event["switch"]["cause"], roles[event["switch"]["to"]])
            for event in product.control("events")["events"] if event["kind"] == "switch"]


def is_believed_once(host, guest, product):
    before = len(switches(product))
    stream = host.stream(True, pps=1000)
    interrupt(host, guest)
    wait.until("the primary to be left and taken again",
               lambda: switches(product)[before:] == [("carrier-loss", "standby"), ("failback", "primary")], 20)
    interrupt(host, guest)
    stream.flows().stop()
    assert stream.lost <= host.machine.may_lose(0), stream
    assert len(switches(product)) == before + 2, switches(product)


def is_believed_of_another(host, guest, product):
    """A NIC that comes anew has raised none yet."""
    host.unplug()
    host.plug()
    host.await_path("primary", 20)
    wait.until("the return to be told", lambda: switches(product)[-1][1] == "primary")
    before = len(switches(product))
    interrupt(host, guest)
    wait.until("the new primary to be left and taken again",
               lambda: switches(product)[before:] == [("carrier-loss", "standby"), ("failback", "primary")], 20)


def test_by_the_module(host, guest, kmod, product):
    is_believed_once(host, guest, product)
    is_believed_of_another(host, guest, product)


def test_by_programs(host, guest, product):
    is_believed_once(host, guest, product)
    is_believed_of_another(host, guest, product)


@pytest.mark.machine(append="iomem=relaxed", failover=True)
def test_beside_net_failover(host, guest, adopted):
    is_believed_once(host, guest, adopted)
    is_believed_of_another(host, guest, adopted)


def test_not_where_nothing_would_lead_back(host, guest, product):
    product.configure('[defaults]\nfailback = "never"\n')
    product.control("reload")
    before = switches(product)
    interrupt(host, guest)
    interrupt(host, guest)
    product.master.stays("primary")
    assert switches(product) == before


def test_not_against_the_operators_choice(host, guest, product):
    primary, = (slave["name"] for slave in product.masters()[0]["slaves"] if slave["role"] == "primary")
    product.control("switch", product.name, primary)
    before = switches(product)
    interrupt(host, guest)
    product.master.stays("primary")
    assert switches(product) == before
