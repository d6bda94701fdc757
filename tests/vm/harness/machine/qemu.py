# SPDX-License-Identifier: GPL-2.0-only
"""One QEMU: q35 without KVM, a standby virtio-net and a primary NIC, each on a root port of its own."""
import json
import re
import signal
import socket
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from .. import places, process, wait
from ..network.fabric import GUEST_MAC, STRANGER_MAC, TAPS
from .agent import Agent
from .emulator import Processor
from .qmp import Gone, Qmp

# In this order, so that names in the guest are the same at each boot: the master or standby first.
MODULES = ("virtio_pci", "virtio_console", "virtio_net")
# In QEMU's log, with the time: the guest has let the device in a slot go (hw/acpi/pcihp.c).
LET_GO = "acpi_pci_eject_slot"
LET_GO_AT = re.compile(rf"^\d+@(\d+\.\d+):{LET_GO}\b", re.MULTILINE)
PANIC = "Kernel panic - not syncing"
DRIVERS = {"e1000e": "e1000e", "vmxnet3": "vmxnet3", "igb": "igb", "virtio-net-pci": "virtio_net"}


@dataclass(frozen=True)
class Machine:
    """What a guest is made of; a story asks for changes by the marker `machine`."""
    kernel: str = "6.12"
    primary: str = "e1000e"   # model of the primary NIC
    failover: bool = False    # the STANDBY handshake of virtio-net (failover=on); else two NICs of one MAC
    primary_mac: str = GUEST_MAC  # the primary's own
    acpi_index: dict = field(default_factory=dict)  # role -> the number the firmware has for that NIC
    elsewhere: str = ""       # model of the primary NIC where the guest moves to; "": the same
    stranger: str = ""        # model of a third NIC, on a cable that leads nowhere, with a MAC of its own
    plugged: bool = True      # the primary is there from the beginning
    drivers: bool = True      # the NICs' drivers are loaded at boot
    standby: dict = field(default_factory=dict)  # more properties of the standby
    queues: int = 1           # of the standby, each way
    memory: str = "1G"
    swap: int = 0             # small only: MiB of a disk that memory can be put out to
    cpus: int = 2
    reboots: bool = False     # a guest that resets begins anew; else it ends, which also ends one whose kernel has died
    refused: bool = False     # the standby's device is refused by others: what its driver forgets then is not ours
    timed: bool = False       # what it takes is measured in single ms: no other work of this machine comes before it
    counting: bool = False    # the guest's clock counts instructions, not time: 1 ns each, the same at every boot
    system: str = "small"     # "small": programs in an initramfs, or "debian": a whole one, with systemd
    deb: Path = None          # the product's package to install
    kmod: bool = False        # small only: our kernel modules, where modprobe takes them before the kernel's own
    programs: str = ""        # small only: what tests/vm/image/packages-NAME brings besides
    installed: bool = True    # debian only: the package is installed; else what it depends on
    config: str = ""          # what the product's /etc/failover/failover.toml says, if not what the package brings
    build: Path = None        # the build tree with the tools
    append: str = ""          # more for the kernel's command line

    @property
    def debug(self):
        """The kernel checks itself, and takes eight times as long for each packet."""
        return self.kernel == "debug"

    @property
    def boot_seconds(self):
        """The longest a boot may take to the agent's first word; 4-5 s on an idle machine, eight times that as above."""
        return 360 if self.debug else 90

    def pace(self, pps):
        """What a stream of so many packets a second is to be, so that the guest has time for other things."""
        return pps // 8 if self.debug else pps

    def patience(self, seconds):
        """How long to wait for what a guest with much to do takes so long for."""
        return seconds * 8 if self.debug else seconds

    def may_lose(self, packets):
        """So many; any number where the kernel checks itself: what such a story judges is what happened, and that the
        kernel found nothing."""
        return inf if self.debug else packets


def root_port(name, slot):
    return json.dumps({"driver": "pcie-root-port", "id": f"port-{name}", "chassis": slot, "slot": slot})


class Died(AssertionError):
    """QEMU ended although nobody asked it to."""


class Qemu:
    def __init__(self, machine, image, fabric, folder, terminal=False, taps=TAPS, incoming=False):
        """`terminal`: the guest's console is this terminal, not only the log. `incoming`: the guest comes from another
        QEMU (migration.py)."""
        self.machine = machine
        self._taps = taps
        self._incoming = incoming
        self._ended = False
        self.console_log = Path(folder) / "console.log"
        qmp, qmp_theirs = socket.socketpair()
        agent, agent_theirs = socket.socketpair()
        given = (qmp_theirs.fileno(), agent_theirs.fileno())
        argv = [*(process.first() if machine.timed else process.AHEAD), places.setup("qemu") / "run",
                *self._board(image, *given, terminal), *self._nics()]
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
        models = filter(None, (machine.primary, machine.elsewhere, machine.stranger))
        modules = MODULES + (tuple(DRIVERS[model] for model in models) if machine.drivers else ())
        if not machine.drivers:
            modules = tuple(name for name in modules if name != "virtio_net")
        modules = getattr(image, "modules", modules)
        words = ["console=ttyS0", "panic=-1", "oops=panic", "unknown_nmi_panic", "panic_print=1", "loglevel=5", "no_timer_check",
                 "random.trust_cpu=on", f"vf.modules={','.join(dict.fromkeys(modules))}", machine.append, "vf.shell" if terminal else ""]
        console = "stdio,signal=off" if terminal else "null"
        return ["-nodefaults", "-no-user-config", "-display", "none", "-msg", "timestamp=on",
                *(() if machine.reboots else ("-no-reboot",)), "-M", "q35", *self._processor(), "-m", machine.memory,
                "-kernel", image.vmlinuz, "-initrd", image.initramfs, "-append", " ".join(filter(None, words)),
                *image.drive(),
                *(("-incoming", "defer") if self._incoming else ()),
                "-chardev", f"{console},id=console,logfile={self.console_log}", "-serial", "chardev:console",
                "-chardev", f"socket,id=qmp,fd={qmp}", "-mon", "chardev=qmp,mode=control",
                "-chardev", f"socket,id=agent,fd={agent}", "-device", "virtio-serial-pci",
                "-device", "virtserialport,chardev=agent,name=failover.agent"]

    def _processor(self):
        if self.machine.counting:  # string moves are one instruction whatever their length: do without
            return ["-icount", "shift=0,sleep=off", "-accel", "tcg", "-cpu", "max,svm=off,-erms,-fsrm,-fsrs,-fzrm,-fsrc", "-smp", "1"]
        return ["-accel", "tcg,thread=multi", "-cpu", "max,svm=off", "-smp", str(self.machine.cpus)]

    def _nics(self):
        argv = []
        for slot, (role, name) in enumerate(self._taps.items()):
            argv += ["-device", root_port(role, slot + 1)]
            tap = f"tap,id={name},ifname={name},script=no,downscript=no,vhost=off"
            if role == "standby" and self.machine.queues > 1:
                tap += f",queues={self.machine.queues}"
            argv += ["-netdev", tap]
        argv += ["-device", json.dumps(self.nic("standby"))]
        if self.machine.plugged:
            argv += ["-device", json.dumps(self.nic("primary"))]
        if self.machine.stranger:
            argv += ["-device", root_port("stranger", len(self._taps) + 1), "-netdev", "hubport,id=nowhere,hubid=0",
                     "-device", json.dumps({"driver": self.machine.stranger, "id": "stranger", "netdev": "nowhere",
                                            "mac": STRANGER_MAC, "bus": "port-stranger", "romfile": ""})]
        return argv

    def nic(self, role):
        """A NIC's properties, for -device and device_add alike: only JSON lets it come back under the same id. An
        option ROM would make every migration fail."""
        properties = {"driver": "virtio-net-pci" if role == "standby" else self.machine.primary, "id": role,
                      "netdev": self._taps[role], "mac": GUEST_MAC if role == "standby" else self.machine.primary_mac,
                      "bus": f"port-{role}", "romfile": ""}
        if role == "standby":
            properties |= self.machine.standby
            if self.machine.queues > 1:  # an interrupt for each, one for the control queue, one for the configuration
                properties |= {"mq": True, "vectors": 2 * self.machine.queues + 2}
        if role in self.machine.acpi_index:
            properties["acpi-index"] = self.machine.acpi_index[role]
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

    def watch_letting_go(self):
        self.qmp.do("trace-event-set-state", name=LET_GO, enable=True)

    def let_go_at(self):
        """When the guest last let a device go, in ms of this machine's clock. DEVICE_DELETED comes up to 55 ms later, when
        QEMU has freed it (call_rcu_thread()), and in a migration with teaming never."""
        found = LET_GO_AT.findall(self.complaints())
        assert found, f"the guest has let nothing go; QEMU's log: {self.complaints()}"
        return float(found[-1]) * 1e3

    def alive(self):
        """Raises when QEMU has ended."""
        if self._process.poll() is not None:
            raise Died(f"QEMU ended with exit code {self._process.returncode}: {self.complaints()}\n"
                       f"the console's last lines:\n{self.console_tail()}")

    def crashed(self):
        """The signal that ended QEMU, or None. A guest's kernel that dies ends it in order."""
        code = self._process.poll()
        return signal.Signals(-code).name if code is not None and code < 0 and not self._ended else None

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
        """Its end, and what the guest said it failed in, which a trace of its kernel's may have pushed further up. Of a
        kernel that died it is what came before that and its trace, without all its tasks."""
        told = self.console().splitlines()
        died = next((number for number, line in enumerate(told) if PANIC in line), None)
        if died is not None:
            told, lines = told[:died + lines], 2 * lines
        return "\n".join([line for line in told[:-lines] if "FAILED:" in line] + told[-lines:])

    def processors(self):
        """What each CPU and its interrupt controller do, as QEMU has them: told also of a guest that does not answer."""
        def ask(line):
            return self.qmp.do("human-monitor-command", **{"command-line": line})
        registers = ask("info registers -a").split("CPU#")[1:]
        return [Processor(text, ask(f"info lapic {number}")) for number, text in enumerate(registers)]

    def tasks(self, seconds=15):
        """What each task is at of a guest that does not answer any more: an NMI ends it, and it tells on its console."""
        told = len(self.console())
        self._ended = self._ended or self._process.poll() is None  # by us
        try:
            self.qmp.do("inject-nmi")
            wait.until("the guest to end", lambda: self._process.poll() is not None, seconds)
        except (AssertionError, OSError):
            pass  # what it has told is worth having
        return self.console()[told:]

    def close(self):
        self._ended = self._ended or self._process.poll() is None  # by us
        process.end(self._process, signal.SIGKILL)
        self.agent.close()
        if hasattr(self, "qmp"):
            self.qmp.close()
        self._error_log.close()
