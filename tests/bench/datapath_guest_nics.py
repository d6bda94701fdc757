# SPDX-License-Identifier: GPL-2.0-only
"""What a packet costs in an emulated guest by its NICs' own drivers, in instructions: repeatable to 0.01 %. Each system
has a boot of its own, because what a later run in the same boot finds in the allocators is not what the first found.

      guest                                            QEMU
    +------------------------------------------+
    | master or NIC -- vmxnet3 (primary) ------|---- hub 0
    | 10.77.0.2     `- virtio-net (standby) ---|---- hub 1, nobody else there
    |                                          |
    | namespace "peer": vmxnet3 10.77.0.1 -----|---- hub 0
    +------------------------------------------+

A fabric gives a unicast frame to one of the two paths. A hub gives it to all, and virtio-net cannot be told not to take
its own address; hence a hub of its own.
"""
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))

from harness import places, wait  # noqa: E402
from harness.evidence.judge import judge  # noqa: E402
from harness.machine.guest import Guest  # noqa: E402
from harness.machine.host import FOLDERS, sweep  # noqa: E402
from harness.machine.image import Image  # noqa: E402
from harness.machine.qemu import Machine, Qemu, root_port  # noqa: E402
from harness.masters.kmodule import KernelModule  # noqa: E402
from harness.network.fabric import GUEST, GUEST_MAC, PEER, PEER_MAC  # noqa: E402
from harness.network.namespace import Namespace  # noqa: E402

METER = "/usr/bin/failover-meter"
BATCHES = 625  # of 32 packets: 20,000
PACKETS = BATCHES * 32
STRANGER, NOBODY = "10.77.0.9", "52:54:00:77:00:09"  # a neighbour that is not there: no NIC takes what it is sent
NICS = {"standby": (1, GUEST_MAC), "primary": (0, GUEST_MAC), "peer": (0, PEER_MAC)}  # role -> hub, address
# IPv6 would solicit routers now and then, into the counts of one system and not of another.
PREPARE = """set -e
ip netns add peer
hush() { for name in all default; do echo 1 >/proc/sys/net/ipv6/conf/$name/disable_ipv6; done; }
hush
(export -f hush && ip netns exec peer bash -c hush)
"""
# Time that passes idle costs nothing under sleep=off: the clock jumps to the next timer. By then all that happens once
# has happened: announcements, carriers, the kernel's own start.
SETTLE = "sleep 60"


def meter(build=None):
    tree = places.build_tree(build)
    path = tree / "tests/tools/meter/failover-meter"
    if not path.exists():
        raise places.Missing(f"{path} is not built: cmake --build {tree} --target failover-meter")
    return path


class HubQemu(Qemu):
    """One that needs no network of the host's."""

    def _processor(self):
        # memset() of kernels since 6.4 takes `rep stosb` where the processor has FSRS, and each byte counts.
        return [f"{word},-fsrs,-fzrm,-fsrc" if word.startswith("max,") else word for word in super()._processor()]

    def _nics(self):
        argv = []
        for slot, (role, (hub, mac)) in enumerate(NICS.items()):
            argv += ["-device", root_port(role, slot + 1), "-netdev", f"hubport,id={role}-net,hubid={hub}",
                     "-device", json.dumps({"id": role, "netdev": f"{role}-net", "mac": mac, "bus": f"port-{role}",
                                            "romfile": "", **self._model(role)})]
        return argv

    def _model(self, role):
        if role != "standby":
            return {"driver": self.machine.primary}
        # QEMU must handle what the guest kicks at once and by itself: a thread of its own is another count each time.
        return {"driver": "virtio-net-pci", "ioeventfd": False, "tx": "timer", "failover": self.machine.failover}


class HubHost:
    """harness.machine.host.Host without the host's network."""

    def __init__(self, machine):
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDERS}{os.getpid()}-"))
        self._namespace = self.qemu = None
        try:
            image = Image(machine.kernel, self.folder, build=machine.build, kmod=machine.kmod)
            self._namespace = Namespace("hubs")
            self.qemu = HubQemu(machine, image, SimpleNamespace(switch=self._namespace), self.folder)
            self.qmp = self.qemu.qmp
            self.guest = Guest(self.qemu)
            self.qemu.agent.await_hello(machine.boot_seconds, self.qemu.alive)
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.qemu:
            self.qemu.close()
        if self._namespace:
            self._namespace.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class System:
    """A context manager: a booted guest in which one way to send and receive stands."""
    name = ""
    failover = kmod = False
    drivers = ("virtio_net", "vmxnet3")  # in the order in which they are loaded

    def __init__(self, kernel, build=None):
        self.machine = Machine(kernel=kernel, primary="vmxnet3", failover=self.failover, kmod=self.kmod, counting=True,
                               drivers=False, memory="512M", build=build)
        self.host = None

    def __enter__(self):
        self.host = HubHost(self.machine)
        self.guest = self.host.guest
        try:
            self._build()
        except BaseException:
            self.host.close()
            raise
        return self

    def __exit__(self, failure, *_):
        try:
            if not failure:
                judge(self.guest, self.host.qemu)
        finally:
            self.host.close()

    def _build(self):
        guest = self.guest
        guest.push(meter(self.machine.build).read_bytes(), METER, 0o755)
        guest.sh(PREPARE + "".join(f"modprobe {driver}\n" for driver in self.drivers))
        self.peer = self._device_with(PEER_MAC)
        guest.sh(f"ip link set {self.peer} netns peer && ip netns exec peer sh -c 'ip addr add {PEER}/24 dev {self.peer}"
                 f" && ip link set {self.peer} up'")
        self.device = self.form()
        guest.sh(f"ip addr add {GUEST}/24 dev {self.device} && ip link set {self.device} up"
                 f" && ip neigh replace {STRANGER} lladdr {NOBODY} nud permanent dev {self.device}")
        # The peer is at the primary's hub and not at the standby's.
        wait.until(f"{self.name} to send and receive by its primary", self._peer_answers, 30, 0.2)
        self.kernel = guest.sh("uname -r").strip()
        guest.sh(SETTLE, seconds=120)  # of the guest's clock

    def form(self):
        """Make what users see, and give its name."""
        raise NotImplementedError

    def _peer_answers(self):
        return self.guest.run("ping", "-c1", "-W1", PEER, check=False).rc == 0

    def _device_with(self, mac):
        return wait.until(f"a device with the address {mac}", lambda: next(
            (name for name, link in self.guest.links().items() if link.get("address") == mac), None), 15)

    def _role(self, role):
        """The name of the NIC in this role, where it is to be seen."""
        return wait.until(f"the {role}'s device", lambda: self.guest.nics().get(role), 15)

    def measure(self, metric):
        """Instructions a packet. To be asked once in a boot for each metric, and in the same order."""
        words = ["--to", STRANGER]
        if metric == "insn_rx":
            words = ["--to", GUEST, "--from", PEER, "--netns", "/run/netns/peer", "--device", self.peer, "--mac", GUEST_MAC,
                     "--nobody", NOBODY]
        before = self._sent()
        done = self.guest.run(METER, metric.removeprefix("insn_"), *words, "--batches", BATCHES, seconds=300)
        sent, expected = self._sent() - before, PACKETS if metric == "insn_tx" else 0
        if sent < expected:  # a packet that is dropped is a cheap one; the meter itself misses what does not arrive
            raise AssertionError(f"{self.name}: {self.device} has sent {sent} of {expected} packets")
        return json.loads(done.stdout)["packet"]

    def _sent(self):
        return int(self.guest.sh(f"cat /sys/class/net/{self.device}/statistics/tx_packets"))


class Raw(System):
    name, words = "raw", "the primary by itself"

    def form(self):
        return self._role("primary")


class InTree(System):
    name, words, failover = "net_failover", "the kernel's own net_failover", True

    def form(self):
        self._role("primary")
        return self._role("master")


class Bond(System):
    name, words = "bond", "bonding active-backup, miimon=100"

    def form(self):
        primary, standby = self._role("primary"), self._role("standby")
        self.guest.sh("modprobe bonding max_bonds=0 && ip link add bond0 type bond mode active-backup miimon 100"
                      f" && ip link set {primary} master bond0 && ip link set {standby} master bond0"
                      f" && ip link set bond0 type bond primary {primary}")
        return "bond0"


class Kmod(System):
    name, words, failover, kmod = "kmod", "our kernel module", True, True

    def form(self):
        KernelModule(self.host).check_loaded()
        return self._device_with(GUEST_MAC)


ALL = (Raw, InTree, Bond, Kmod)
