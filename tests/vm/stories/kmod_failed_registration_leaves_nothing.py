# SPDX-License-Identifier: GPL-2.0-only
"""A driver gets its NIC, and something on the way to a slave or to a master fails: each allocation in turn, and each word
that others may have in it. Nothing is left: no device that anybody sees, no ifindex or name in the hidden namespace that
the next one would need, no reference, and no fault that the kernel would find.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden): its driver registers the master, too -+
              `--- tap1 -- e1000e     (primary, hidden) --------------------------------------+- master 10.77.0.2/24
"""
import pytest

from harness import places, wait
from harness.network.fabric import GUEST, GUEST_MAC
from harness.trials.disorder import await_namespaces
from harness.trials.xdp import Programs

# What anybody may refuse while a slave or a master registers (lib/notifier-error-inject, net/core/dev.c). Of the last
# four a refusal keeps a device from being a slave or from carrying, not from being there.
REFUSED = ("NETDEV_POST_INIT", "NETDEV_REGISTER", "NETDEV_PRE_UP", "NETDEV_PRECHANGEUPPER", "NETDEV_CHANGEUPPER",
           "NETDEV_PRECHANGEMTU")
NOMEM = 12

# Allocations of at most a slab object, whatever for, and without a word each time; not those of whole pages. Only those that
# are made below the one code, and none below the other.
ALLOCATIONS = """cd /sys/kernel/debug/failslab && echo N >ignore-gfp-wait && echo 0 >verbose
echo 20 >../fail_page_alloc/min-order
echo 32 >stacktrace-depth
echo {below[0]:#x} >require-start && echo {below[1]:#x} >require-end
echo {spared[0]:#x} >reject-start && echo {spared[1]:#x} >reject-end"""
# The registration of a device, with all who hear of it; and all that the module itself does. What a driver's probe does
# besides is others' and of no device yet, and there the kernel (6.12) stands no failures: it warns about MSI-X and interrupts
# it has half set up, and the interpreter of the firmware's tables uses objects it has freed.
BELOW = {"register_netdevice": 100, "fom": 30}  # so many allocations each has at least
# A standby hides the primary that came before it. Once __dev_change_net_namespace() is past its last check it cannot go back,
# and warns where this fails.
SPARED = "device_rename"
# The kernel's own functions that stay, or those of the module, in the order of their addresses.
FUNCTIONS = "grep -E ' [tT] [^\t]+$' /proc/kallsyms | sort | sed '/ _etext$/q'"
MODULES_FUNCTIONS = "grep -E ' [tT] .*[[]fom]$' /proc/kallsyms | sort"
PAGE = 4096

# Bind, with the NUMBERth allocation of this process failing, which does nothing else meanwhile. Says how many it did not
# come to (0: it has failed), and whether the driver has the device.
BIND = """exec 3>/proc/self/fail-nth 4</proc/self/fail-nth 5>DRIVER/bind
echo NUMBER >&3
echo DEVICE >&5
read left <&4
echo 0 >&3
echo $left
test -e DRIVER/DEVICE && echo bound || echo free
"""
FAILURES = 4000  # no probe has so many allocations


class Nic:
    def __init__(self, guest, folder, device):
        self.folder, self.device = folder, device
        self._guest = guest

    def unbind(self):
        self._guest.sh(f"echo {self.device} >{self.folder}/unbind")

    def bind(self, fail=0):
        """(an allocation has failed, the driver has the device)"""
        script = BIND.replace("NUMBER", str(fail)).replace("DEVICE", self.device).replace("DRIVER", self.folder)
        words = self._guest.run("sh", "-c", script, seconds=60, check=False).stdout.split()
        assert len(words) == 2, words
        return fail > 0 and words[0] == "0", words[1] == "bound"


def primary(host, guest):
    folder = f"/sys/bus/pci/drivers/{host.qemu.driver}"
    return Nic(guest, folder, guest.sh(f"cd {folder} && ls -d 0000:*").strip())


def standby(guest):
    folder = "/sys/bus/virtio/drivers/virtio_net"
    return Nic(guest, folder, guest.sh(f"cd {folder} && ls -d virtio*").strip())


def shows_at_most_master(guest, kmod, bound):
    """Of what failed nothing is seen. The one is the master, or without a standby the primary. NICs whose drivers have
    them although they could not be slaves are given back to users, some time after."""
    shown = kmod.shown() - {"lo"}
    assert len(shown) <= (3 if bound else 1), f"the guest shows {sorted(shown)}"
    for link in guest.links().values():
        assert link["link_type"] == "loopback" or link["address"] == GUEST_MAC, link


def works_again(guest, kmod, nic, bound):
    """The next one finds everything it needs."""
    if bound:
        nic.unbind()
    assert nic.bind() == (False, True), "the driver does not get the device any more"
    shown = kmod.shown() - {"lo"}
    assert len(shown) == 1, f"the guest shows {sorted(shown)}"
    kmod.name = shown.pop()
    # The master is another one if its standby was refused.
    guest.sh(f"ip addr replace {GUEST}/24 dev {kmod.name} && ip link set {kmod.name} up")
    kmod.goes_to("primary", seconds=40)
    kmod.sees_only_master()


def text_of(guest, code):
    """(begin, end) of this function, or of the module."""
    if code == "fom":
        found = addresses(guest.sh(MODULES_FUNCTIONS, seconds=60))
        return found[0], found[-1] + PAGE  # nothing lies behind its last function that would end it
    begin, end = addresses(guest.sh(f"{FUNCTIONS} | grep -A1 ' {code}$'", seconds=60))
    return begin, end


def addresses(lines):
    return [int(line.split()[0], 16) for line in lines.splitlines()]


def each_allocation(guest, kmod, nic, note, below):
    """Until there is no such allocation; the kernel may do without some."""
    guest.sh(ALLOCATIONS.format(below=text_of(guest, below), spared=text_of(guest, SPARED)))
    failed = without = 0
    nic.unbind()
    for number in range(1, FAILURES):
        happened, bound = nic.bind(fail=number)
        shows_at_most_master(guest, kmod, bound)
        if not happened:
            break
        failed += 1
        without += bound
        if bound:
            nic.unbind()
    assert failed > BELOW[below] and not happened, f"{failed} allocations failed in turn, the last {happened}"
    works_again(guest, kmod, nic, bound)
    note(f"{failed} allocations failed in turn; the driver had its device without {without} of them")


# Whatever a slave gets from its master when it joins.
FULL_MASTER = """set -e
for module in veth 8021q macvlan; do modprobe $module; done
ip link add m0 type fom
ip link add link m0 name vlan7 type vlan id 7
ip link add link m0 name mac0 type macvlan mode bridge
for name in m0 vlan7 mac0; do ip link set $name up; done
ip link set m0 mtu 1400 promisc on
ip link add a0 type veth peer name b0
ip link set b0 up"""
TOOL = "/run/failover-link"


def each_allocation_of(guest, words, undo, same):
    """Of what failover-link does: (how many failed, without how many it was done all the same). `same()` afterwards."""
    guest.sh(ALLOCATIONS.format(below=text_of(guest, "fom"), spared=text_of(guest, SPARED)))
    before, failed, without = same(), 0, 0
    for number in range(1, FAILURES):
        done = guest.run("env", f"FAIL_NTH={number}", TOOL, *words, check=False)
        if done.rc == 0:
            guest.sh(undo)
        assert same() == before, f"after allocation {number}: {done!r}"
        if done.stdout.split() != ["0"]:
            assert done.rc == 0, f"none failed, and yet: {done!r}"
            return failed, without
        failed += 1
        without += done.rc == 0
    raise AssertionError(f"{failed} allocations failed, and there is no end")


each_code = pytest.mark.parametrize("below", BELOW)


@pytest.mark.long
@pytest.mark.kernels("debug")
@each_code
def test_a_primary_that_an_allocation_fails_leaves_nothing(host, guest, kmod, note, below):
    each_allocation(guest, kmod, primary(host, guest), note, below)
    leaves_nothing(guest, kmod)


@pytest.mark.long
@pytest.mark.machine(refused=True)
@pytest.mark.kernels("debug")
def test_a_slave_of_a_full_master_that_an_allocation_fails_is_as_it_was(host, guest, kmod, note):
    guest.push(places.tool("failover-link", host.machine.build).read_bytes(), TOOL, 0o755)
    guest.sh(FULL_MASTER)
    Programs(host).attach("m0")

    def slave():
        link = guest.json("ip", "-json", "-details", "link", "show", "a0")[0]
        return {key: link.get(key) for key in ("flags", "mtu", "address", "master", "promiscuity", "allmulti", "xdp")}

    failed, without = each_allocation_of(guest, ("enslave", "a0", "m0"), "ip link set a0 nomaster", slave)
    note(f"joining: {failed} allocations failed in turn; it joined without {without} of them")
    assert failed - without > 5, "too little was tried"
    guest.sh("ip link set a0 master m0; ip link del mac0; ip link del vlan7; ip link del m0; ip link del a0")
    failed, without = each_allocation_of(guest, ("add", "m1"), "ip link del m1", lambda: sorted(guest.links()))
    note(f"a master: {failed} allocations failed in turn; it came without {without} of them")
    assert failed - without > 5, "too little was tried"
    leaves_nothing(guest, kmod)


@pytest.mark.long
@pytest.mark.machine(refused=True)
@pytest.mark.kernels("debug")
@each_code
def test_a_standby_that_an_allocation_fails_leaves_nothing(host, guest, kmod, note, below):
    each_allocation(guest, kmod, standby(guest), note, below)
    leaves_nothing(guest, kmod)


@pytest.mark.machine(refused=True)
@pytest.mark.kernels("debug")
@pytest.mark.parametrize("priority", [-1, 1])
def test_a_nic_that_others_refuse_leaves_nothing(host, guest, kmod, priority):
    """Others are heard after the module, and before."""
    guest.run("modprobe", "netdev-notifier-error-inject", f"priority={priority}")
    for nic in (primary(host, guest), standby(guest)):
        for event in REFUSED:
            error = f"/sys/kernel/debug/notifier-error-inject/netdev/actions/{event}/error"
            nic.unbind()
            guest.sh(f"echo -{NOMEM} >{error}")
            _, bound = nic.bind()
            shows_at_most_master(guest, kmod, bound)
            guest.sh(f"echo 0 >{error}")
            if event in ("NETDEV_POST_INIT", "NETDEV_REGISTER"):
                assert not bound, f"the driver has a device although {event} was refused"
            works_again(guest, kmod, nic, bound)
    guest.run("modprobe", "-r", "netdev-notifier-error-inject")
    leaves_nothing(guest, kmod)


def leaves_nothing(guest, kmod):
    kmod.unload()
    kmod.name = None
    wait.until("only lo to be shown", lambda: kmod.shown() == {"lo"})
    await_namespaces(guest, 0)
