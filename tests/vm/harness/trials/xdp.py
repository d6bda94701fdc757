# SPDX-License-Identifier: GPL-2.0-only
"""XDP programs on a guest's devices: those of tests/tools/xdp, where a frame's UDP port says what becomes of it."""
import re

from .. import places
from ..evidence.stream import GuestSide
from ..network.fabric import GUEST, GUEST_MAC, PEER, PEER_MAC

HOME = "/sys/fs/bpf"
TOOL = "/run/failover-xdp"
OBJECT = "/run/verdicts.bpf.o"


def _numbers(kind):
    """What verdicts.h defines under this name."""
    text = (places.ROOT / "tests" / "tools" / "xdp" / "verdicts.h").read_text(encoding="utf-8")
    return {name.lower(): int(number) for name, number in re.findall(rf"#define {kind}_(\w+) (\d+)", text)}


PORTS, COUNTS, SETTINGS, TARGETS = (_numbers(kind) for kind in ("PORT", "COUNT", "SETTING", "TARGET"))
COUNTED = COUNTS | {name: port - PORTS["pass"] for name, port in PORTS.items()}


class Programs:
    """Loaded once; attached to devices of the guest's first namespace."""

    def __init__(self, host):
        self._guest = host.guest
        build = host.machine.build
        self._guest.push(places.tool("failover-xdp", build).read_bytes(), TOOL, 0o755)
        self._guest.push((places.build_tree(build) / "bpf" / "verdicts.bpf.o").read_bytes(), OBJECT)
        self._guest.run("bpftool", "prog", "loadall", OBJECT, f"{HOME}/programs", "pinmaps", f"{HOME}/maps")

    def attach(self, device, program="by_port", how="xdp", over=False, check=True):
        """`how`: xdp, xdpdrv, xdpgeneric, xdpoffload; `over`: in place of the one that is there."""
        return self._guest.run("bpftool", "net", "attach", how, "pinned", f"{HOME}/programs/{program}", "dev", device,
                               *(["overwrite"] if over else []), check=check)

    def detach(self, device):
        self._guest.run("bpftool", "net", "detach", "xdp", "dev", device)

    def tell(self, setting, device):
        """The programs get to know the number of a device."""
        index = self._guest.links()[device]["ifindex"]
        self._guest.run("bpftool", "map", "update", "pinned", f"{HOME}/maps/settings",
                        "key", *_bytes(SETTINGS[setting]), "value", *_bytes(index))

    def target(self, which, device, program=None):
        """An entry of the map of devices; `program` is run for what leaves by it."""
        more = ["--program", f"{HOME}/programs/{program}"] if program else []
        self._guest.run(TOOL, "target", "--map", f"{HOME}/maps/targets", "--key", TARGETS[which], "--device", device,
                        *more)

    def counts(self):
        """Frames that the programs have seen, by the name of their port, and what else is counted."""
        dump = self._guest.json("bpftool", "-j", "map", "dump", "pinned", f"{HOME}/maps/counts")
        entries = [entry["formatted"] for entry in dump]
        sums = {entry["key"]: sum(each["value"] for each in entry["values"]) for entry in entries}
        return {name: sums[number] for name, number in COUNTED.items()}


def _bytes(number):
    return map(str, number.to_bytes(4, "little"))


class Box:
    """A namespace of the guest behind a pair of devices, `outer` in the first namespace. What is redirected there
    arrives as it is: `inner` has the guest's addresses too."""

    NAME, OUTER = "box", "outer"

    def __init__(self, guest):
        self._guest = guest
        self.sh = guest.sh
        # A pair takes XDP frames if GRO is turned on while it is up. Its program must see no sums that are left to a
        # NIC.
        guest.sh(f"""set -e
            modprobe veth
            ip netns add {self.NAME}
            ip link add {self.OUTER} type veth peer name inner address {GUEST_MAC} netns {self.NAME}
            ip link set {self.OUTER} up
            ip -n {self.NAME} link set inner up
            ip netns exec {self.NAME} ethtool -K inner gro on tx off
            ip -n {self.NAME} addr add {GUEST}/24 dev inner
            ip -n {self.NAME} neigh add {PEER} lladdr {PEER_MAC} dev inner
        """)
        self.side = GuestSide(self)

    def start(self, *argv, **options):
        return self._guest.start("ip", "netns", "exec", self.NAME, *argv, **options)

    def remove(self):
        self._guest.sh(f"ip link del {self.OUTER} && ip netns del {self.NAME}")


class Sockets:
    """AF_XDP sockets at the receiving end of a stream, bound to a device instead of an address."""

    def __init__(self, guest):
        self._guest = guest
        self.sh = guest.sh
        self.side = GuestSide(self)

    def start(self, _program, *words, **options):
        return self._guest.start(TOOL, *words, **options)
