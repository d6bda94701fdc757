# SPDX-License-Identifier: GPL-2.0-only
"""A driver that lets go waits for grace periods, one more of them because of our program at its device. failoverd has them
be the quick kind until it is done, and then what they were.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24
"""
from harness import wait

KIND = "/sys/kernel/rcu_expedited"

# Whether the kind is ever seen to be quick, while the driver is made to let go.
UNBIND = """(for look in $(seq 2000); do
    read quick <KIND
    test $quick = 0 || { echo quick; break; }
    sleep 0.005
done) &
echo DEVICE >/sys/bus/pci/drivers/DRIVER/unbind
wait
"""


def test_quick_until_it_is_done(host, guest, product):
    def kind():
        return guest.sh(f"cat {KIND}").strip()

    wait.until("what came with the start to end", lambda: kind() == "0")
    device = next(slave["bus"] for slave in product.masters()[0]["slaves"] if slave["role"] == "primary")
    script = UNBIND.replace("KIND", KIND).replace("DEVICE", device).replace("DRIVER", host.qemu.driver)
    assert guest.sh(script).strip() == "quick"
    wait.until("the kind to be what it was", lambda: kind() == "0")
