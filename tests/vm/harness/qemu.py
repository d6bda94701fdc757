# SPDX-License-Identifier: GPL-2.0-only
"""One QEMU: q35 without KVM, a standby virtio-net and a primary NIC, each on a root port of its own."""
import json
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from . import places, process
from .agent import Agent
from .fabric import GUEST_MAC, TAPS
from .qmp import Gone, Qmp

# In this order, so that names in the guest are the same at each boot: the master or standby first.
MODULES = ("virtio_pci", "virtio_console", "virtio_net")
DRIVERS = {"e1000e": "e1000e", "vmxnet3": "vmxnet3", "igb": "igb", "virtio-net-pci": "virtio_net"}


@dataclass(frozen=True)
class Machine:
    """What a guest is made of; a story asks for changes by the marker `machine`."""
    kernel: str = "6.12"
    primary: str = "e1000e"   # model of the primary NIC
    failover: bool = False    # the STANDBY handshake of virtio-net (failover=on); else two NICs of one MAC
    plugged: bool = True      # the primary is there from the beginning
    drivers: bool = True      # the NICs' drivers are loaded at boot
    memory: str = "1G"
    cpus: int = 2
    deb: Path = None          # the product's package to install
    build: Path = None        # the build tree with the tools
    append: str = ""          # more for the kernel's command line


class Died(AssertionError):
    """QEMU ended although nobody asked it to."""


class Qemu:
    def __init__(self, machine, image, fabric, folder, terminal=False):
        """`terminal`: the guest's console is this terminal, not only the log."""
        self.machine = machine
        self.console_log = Path(folder) / "console.log"
        qmp, qmp_theirs = socket.socketpair()
        agent, agent_theirs = socket.socketpair()
        given = (qmp_theirs.fileno(), agent_theirs.fileno())
        argv = [*process.AHEAD, places.setup("qemu") / "run", *self._board(image, *given, terminal), *self._nics()]
        quiet = {} if terminal else {"stdin": process.subprocess.DEVNULL}
        self._error_log = open(Path(folder) / "qemu.log", "w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self._process = fabric.switch.start(*argv, pass_fds=given, stderr=self._error_log, **quiet)
        for theirs in (qmp_theirs, agent_theirs):
            theirs.close()
        self.agent = Agent(agent)
        try:
            self.qmp = Qmp(qmp)
        except Gone as gone:
            self.close()
            raise Died(f"QEMU did not start: {self.complaints()}") from gone

    def _board(self, image, qmp, agent, terminal):
        machine = self.machine
        modules = MODULES + ((DRIVERS[machine.primary],) if machine.drivers else ())
        if not machine.drivers:
            modules = tuple(name for name in modules if name != "virtio_net")
        words = ["console=ttyS0", "panic=-1", "oops=panic", "loglevel=5", "no_timer_check", "random.trust_cpu=on",
                 f"vf.modules={','.join(dict.fromkeys(modules))}", machine.append, "vf.shell" if terminal else ""]
        console = "stdio,signal=off" if terminal else "null"
        return ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-M", "q35",
                "-accel", "tcg,thread=multi", "-cpu", "max,svm=off", "-smp", str(machine.cpus), "-m", machine.memory,
                "-kernel", image.vmlinuz, "-initrd", image.initramfs, "-append", " ".join(filter(None, words)),
                "-chardev", f"{console},id=console,logfile={self.console_log}", "-serial", "chardev:console",
                "-chardev", f"socket,id=qmp,fd={qmp}", "-mon", "chardev=qmp,mode=control",
                "-chardev", f"socket,id=agent,fd={agent}", "-device", "virtio-serial-pci",
                "-device", "virtserialport,chardev=agent,name=failover.agent"]

    def _nics(self):
        argv = []
        for slot, role in enumerate(TAPS):
            argv += ["-device", json.dumps({"driver": "pcie-root-port", "id": f"port-{role}", "chassis": slot + 1,
                                            "slot": slot + 1})]
            argv += ["-netdev", f"tap,id={TAPS[role]},ifname={TAPS[role]},script=no,downscript=no,vhost=off"]
        argv += ["-device", json.dumps(self.nic("standby"))]
        if self.machine.plugged:
            argv += ["-device", json.dumps(self.nic("primary"))]
        return argv

    def nic(self, role):
        """A NIC's properties, for -device and device_add alike: only JSON lets it come back under the same id. An
        option ROM would make every migration fail."""
        properties = {"driver": "virtio-net-pci" if role == "standby" else self.machine.primary, "id": role,
                      "netdev": TAPS[role], "mac": GUEST_MAC, "bus": f"port-{role}", "romfile": ""}
        if self.machine.failover:
            properties |= {"failover": True} if role == "standby" else {"failover_pair_id": "standby"}
        return properties

    @property
    def driver(self):
        """The name of the primary's driver in the guest."""
        return DRIVERS[self.machine.primary]

    @property
    def pid(self):
        return self._process.pid

    def alive(self):
        """Raises when QEMU has ended."""
        if self._process.poll() is not None:
            raise Died(f"QEMU ended with exit code {self._process.returncode}: {self.complaints()}\n"
                       f"the console's last lines:\n{self.console_tail()}")

    def wait(self):
        """Until the guest ends by itself."""
        return self._process.wait()

    def complaints(self):
        self._error_log.flush()
        return Path(self._error_log.name).read_text(encoding="utf-8", errors="replace").strip() or "it said nothing"

    def console(self):
        if not self.console_log.exists():
            return ""
        return self.console_log.read_text(encoding="utf-8", errors="replace")

    def console_tail(self, lines=40):
        return "\n".join(self.console().splitlines()[-lines:])

    def close(self):
        process.end(self._process, signal.SIGKILL)
        self.agent.close()
        if hasattr(self, "qmp"):
            self.qmp.close()
        self._error_log.close()
