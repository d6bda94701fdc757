# SPDX-License-Identifier: GPL-2.0-only
"""The same ways in an emulated guest whose clock counts instructions: repeatable whatever the host does, and with what
its kernel has (netkit since 6.7). Caches cost nothing there, so ratios are not those of real time.

      guest's first namespace              namespace "peer"
    +-----------------------------+      +------------------+
    | raw0 -----------------------|------| far-raw 10.78.1.1|
    | mv0 (macvlan) --- low0 -----|------| far-mv  10.78.3.1|
    | slow0 (our master)-- fast0 -|------| far     10.78.2.1|
    |                  `-- slow0 -|------| spare            |
    +-----------------------------+      +------------------+
"""
import json
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))

from harness import places, wait  # noqa: E402
from harness.evidence.judge import judge  # noqa: E402
from harness.machine.host import Host  # noqa: E402
from harness.machine.qemu import Machine  # noqa: E402

KERNELS = ("6.1", "6.12")
PUMP = "/usr/bin/failover-pump"
PEER = "/run/netns/peer"
HERE = "/proc/1/ns/net"
CONFIG = """[[master]]
name = "slow0"
standby = { name = "slow0" }
primary = { name = "fast0" }
"""
SETUP = f"""set -e
ip netns add peer
nsenter --net={PEER} sh -c 'ip link set lo up; echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore'
cable() {{ # NEAR FAR ADDRESS MAC
	ip link add "$1" address "$4" type veth peer name "$2" netns peer
	nsenter --net={PEER} ip link set "$2" up
	[ -z "$3" ] || nsenter --net={PEER} ip addr add "$3/24" dev "$2"
	echo 1 >/proc/sys/net/ipv6/conf/$1/disable_ipv6
}}
cable raw0 far-raw 10.78.1.1 52:54:00:78:01:02
cable slow0 spare '' 52:54:00:78:02:02
cable fast0 far 10.78.2.1 52:54:00:78:02:02
cable low0 far-mv 10.78.3.1 52:54:00:78:03:02
ip link add mv0 link low0 address 52:54:00:78:03:04 type macvlan mode bridge
for name in raw0 slow0 low0 mv0; do ip link set "$name" up; done
ip addr add 10.78.1.2/24 dev raw0
ip addr add 10.78.3.2/24 dev mv0
"""
SUBNETS = {"raw": "10.78.1", "ebpf": "10.78.2", "macvlan": "10.78.3"}


class Counted:
    """A context manager: the guest stands, and measures."""

    def __init__(self, kernel, build=None):
        machine = Machine(kernel=kernel, counting=True, build=build, deb=places.package(build))
        self._machine = replace(machine, drivers=False, memory="768M")

    def __enter__(self):
        self._host = Host(self._machine)
        try:
            self._build()
        except BaseException:
            self._host.close()
            raise
        return self

    def __exit__(self, failure, *_):
        try:
            if not failure:
                judge(self._host.guest, self._host.qemu)
        finally:
            self._host.close()

    def _build(self):
        guest = self._host.guest
        guest.push((places.build_tree(self._machine.build) / "tests/tools/pump/failover-pump").read_bytes(), PUMP, 0o755)
        guest.sh("modprobe veth && modprobe macvlan && { modprobe netkit 2>/dev/null || true; }")
        guest.sh(SETUP, seconds=120)
        guest.push(CONFIG.encode(), "/run/bench.toml")
        self._daemon = guest.start("failoverd", "--config", "/run/bench.toml")
        wait.until("our master to send by its primary", lambda: self._active() == "primary", 120, 0.5)
        guest.sh("ip addr add 10.78.2.2/24 dev slow0")
        self.kernel = guest.sh("uname -r").strip()
        self.hook = self._master()["hook"]

    def _master(self):
        answer = self._host.guest.run("failoverctl", "--json", "list", check=False)
        masters = json.loads(answer.stdout)["masters"] if answer.rc == 0 else []
        return masters[0] if masters else {}

    def _active(self):
        active = self._master().get("active")
        return {"fast0": "primary", "slow0": "standby"}.get(active, active)

    def measure(self, metric, turns):
        """Variant -> list of instructions a packet (udp_*) or a byte (tcp_*), one for each turn."""
        protocol, way = metric.split("_")
        ends = [HERE, PEER] if way == "tx" else [PEER, HERE]
        target = "1" if way == "tx" else "2"
        routes = [word for name, subnet in SUBNETS.items()
                  for word in ("--route", ",".join([name, *ends, f"{subnet}.{target}"]))]
        done = self._host.guest.run(PUMP, protocol, *routes, "--rounds", turns, "--cpu", 0, seconds=300)
        return json.loads(done.stdout)
