# SPDX-License-Identifier: GPL-2.0-only
"""Our kernel module in a guest: virtio_net asks for failover, net_failover.ko is ours, its one device is what users see."""
import shlex

from .. import places, wait
from ..machine.guest import links_by_name
from ..network.fabric import GUEST_MAC

TOOL = "/run/failover-link"
SLOTS = {"primary": 0, "standby": 1}  # of a master of virtio_net's

# Whatever may show a network device: its class, the old list, and what its parent on the PCI bus has; then the links. One
# program: a kernel that checks itself takes its time over each.
LOOK = """cd /sys/class/net && echo *
while read -r name _; do case $name in *:*) echo "${name%%:*}" ;; esac; done </proc/net/dev
for path in /sys/bus/pci/devices/*/net/* /sys/bus/pci/devices/*/virtio*/net/*; do
	test ! -e "$path" || echo "${path##*/}"
done
exec ip -json -details link show
"""


class KernelModule:
    def __init__(self, host):
        self._host = host
        self._guest = host.guest
        self.name = None
        self._has_tool = False

    @property
    def drivers(self):
        """The NICs' drivers as modules, the standby's first."""
        return ["virtio_net", self._host.qemu.driver]

    def load(self):
        """The NICs' drivers, as udev would at boot; the first brings our modules."""
        for driver in self.drivers:
            self._guest.run("modprobe", driver)

    def unload(self):
        """The NICs' drivers and our modules, top down."""
        self._guest.remember_modules()
        for module in [*reversed(self.drivers), "net_failover", "fom"]:
            # modprobe takes what nobody needs any more along.
            self._guest.sh(f"test ! -e /sys/module/{module} || modprobe -r {module}")
        self._guest.sh("test ! -e /sys/module/fom")

    def _telling(self, words):
        """The program that tells the master its options: it has no kind that `ip link` could name."""
        if not self._has_tool:
            self._guest.push(places.tool("failover-link", self._host.machine.build).read_bytes(), TOOL, 0o755)
            self._has_tool = True
        return [TOOL, "tell", self.name, *map(str, words)]

    def command(self, *words):
        """The same as tell(), as a line for the guest's shell."""
        return shlex.join(self._telling(words))

    def tell(self, *words, check=True):
        return self._guest.run(*self._telling(words), check=check)

    def doubt(self, role, milliseconds):
        """As failoverd does of a slave by which nobody answers. Refused while that is about to join."""
        words = ("doubted", SLOTS[role], "doubt", milliseconds)
        wait.until(f"the {role} to be doubted", lambda: self.tell(*words, check=False).rc == 0, 15)

    def rename(self, name):
        """As an administrator or udev would; a device that is up cannot be renamed before 6.2."""
        self._guest.sh(f"ip link set {self.name} down && ip link set {self.name} name {name} && ip link set {name} up")
        self.name = name

    def begin(self):
        """Wait for the one device, give it addresses and prove the path by the primary."""
        devices = wait.until("a device of the guest's MAC", self.of_mac, 15)
        assert len(devices) == 1, f"the guest shows {devices}, all of its MAC"
        self.name = devices[0]
        self.check_loaded()
        self._guest.configure(self.name)
        self.goes_to("primary", seconds=20)
        self.sees_only_master()
        return self

    def of_mac(self):
        """The names of what is seen with the guest's MAC."""
        return [name for name, link in self._guest.links().items() if link.get("address") == GUEST_MAC]

    def check_loaded(self):
        """The kernel's own net_failover is not what virtio_net found."""
        loaded = self._guest.sh("cat /sys/module/net_failover/taint /sys/module/fom/taint").split()
        assert len(loaded) == 2 and all("O" in taint for taint in loaded), f"not our modules are loaded: {loaded}"

    def active(self):
        """The NIC by which the fabric has the guest: "primary", "standby", or None. What the product says of itself
        would not show a missing announcement."""
        return self._host.fabric.port_of()

    def goes_to(self, role, seconds=10):
        """The guest is to be reached by this NIC: it sends there and answers from there."""
        self._host.await_path(role, seconds)

    def announces(self, role, seconds=10):
        """The fabric has the guest at this NIC, and nobody has asked the guest for anything: it told so by itself."""
        try:
            wait.until(f"the guest to announce itself by its {role}", lambda: self.active() == role, seconds)
        except wait.TooLate as late:
            raise wait.TooLate(f"{late}; it is at its {self.active()}, and its kernel says: {self._said()}") from late

    def _said(self):
        """The end of the kernel's log, in a line."""
        return " / ".join(self._guest.kernel_log().splitlines()[-6:])

    def look(self):
        """(names of all network devices that the guest's first namespace shows anywhere, {name: link})"""
        names, _, links = self._guest.sh(LOOK).partition("[")
        links = links_by_name("[" + links)
        return set(names.split()) | set(links), links

    def shown(self):
        return self.look()[0]

    def sees_only_master(self):
        shown = self.shown()
        assert shown == {"lo", self.name}, f"the guest shows {sorted(shown)}, expected only lo and {self.name}"

    def judge(self):
        """What a healthy master looks like after any story."""
        if self.name:
            self.sees_only_master()
