# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own tests of bonding and team in a guest, with the kind they were written for or with ours in its place.

`scripts/lib/vm-selftests` has the tests from Debian's package of the kernel's source, `vm-programs team` what they run. Each
run has namespaces of its own for networks and mounts, so runs are side by side. tests/vm/image/selftests holds the programs
that stand before the guest's: `any/` for every run, `fom/` where our kind is swapped in.
"""
import io
import re
import tarfile
import time
from dataclasses import dataclass

from .. import places, wait

HOME = "/run/selftests"
SHIMS = places.IMAGE / "selftests"
OWN, OURS = "own", "ours"  # the kind that a test was written for; fom

# Without the devices that they would make by themselves.
LOAD = "modprobe bonding max_bonds=0 && modprobe dummy numdummies=0 && modprobe team"
UNLOAD = "modprobe -r -a bonding dummy && rmmod $(lsmod | grep -o '^team[a-z_]*' | sort -r)"

# Said by a test that did not do what it is for, though perhaps nobody asked for its outcome.
WRONG = re.compile(r"\[FAIL\]|SKIP|\[XFAIL\]|ERROR|RTNETLINK answers|^Error:|^ip: |^failover-link: |not found|No such|syntax error|Usage:", re.M)
PASSED = re.compile(r"\[ OK \]")


@dataclass(frozen=True)
class Selftest:
    """One script. `only`: those of its tests that ask for no more than a master; `edits`: (what is found in it, what
    comes in its place). `passes`: how many times it says so; None: it has no words for that."""
    script: str
    source: str = "6.12"
    only: str = ""
    edits: tuple = ()
    passes: int = None

    @property
    def title(self):
        return f"{self.script} of {self.source}"


class Selftests:
    def __init__(self, guest, sources, build=None):
        self._guest = guest
        self._runs = []
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for source in sources:
                home = places.selftests(source)
                for part in ("drivers/net", "net/lib.sh", "net/forwarding/lib.sh", "net/vlan_hw_filter.sh"):
                    if (home / "tests" / part).exists():
                        tar.add(home / "tests" / part, f"{source}/{part}")
            tar.add(places.programs("team") / "usr", "usr")
            tar.add(SHIMS, "shims")
            tar.add(places.tool("failover-link", build), "shims/any/failover-link")
        guest.sh(f"mkdir -p {HOME} /var/run/teamd && {LOAD}")
        guest.push(archive.getvalue(), f"{HOME}/tests.tar")
        guest.sh(f"cd {HOME} && tar xf tests.tar && rm tests.tar && cp -r usr/* /usr/ && rm -r usr", seconds=60)

    @staticmethod
    def scripts(source):
        """Every script of both folders that is a test by itself."""
        folder = places.selftests(source) / "tests" / "drivers" / "net"
        return {str(path.relative_to(folder.parents[1])) for path in folder.glob("*/*.sh")
                if path.stat().st_mode & 0o111 and not path.is_symlink()}

    def start(self, test, kind):
        """Begin a run; it goes on by itself."""
        self._runs.append(Run(self._guest, test, kind, len(self._runs)))

    def finish(self, seconds):
        """Wait for all that was started; what they came to."""
        try:
            wait.until("the kernel's tests to end", lambda: not any([run.running() for run in self._runs]), seconds, 0.2)
        except wait.TooLate as late:
            raise wait.TooLate("\n".join([str(late), *(run.so_far() for run in self._runs)])) from late
        ended, self._runs = self._runs, []
        self._guest.sh(UNLOAD)
        return ended


class Run:
    def __init__(self, guest, test, kind, number):
        self.test, self.kind = test, kind
        self._guest = guest
        self._swapped = f"{HOME}/swapped-{number}"
        # A copy: the same script may run twice at a time, and with other words in it.
        self._home = f"{HOME}/run-{number}"
        folder, _, name = test.script.rpartition("/")
        path = f"{HOME}/shims/any:{HOME}/shims/fom" if kind == OURS else f"{HOME}/shims/any"
        guest.sh(f"cp -r {HOME}/{test.source} {self._home} && : >{self._swapped}")
        self._edit(f"{self._home}/{test.script}")
        inside = (f"mount -t tmpfs none /run/netns && ip link set lo up && cd {self._home}/{folder} && PATH={path}:$PATH"
                  f" SWAPPED={self._swapped} WAIT_TIME=1 TESTS='{test.only}' exec ./{name} 2>&1")
        guest.sh(f"ip netns add run{number}")
        self._process = guest.start("ip", "netns", "exec", f"run{number}", "bash", "-c", inside)
        self._seen = None
        self._began = time.monotonic()
        self.seconds = 0.0

    def _edit(self, path):
        if not self.test.edits:
            return
        text = self._guest.pull(path).decode()
        for before, after in self.test.edits:
            assert before in text, f"{self.test.title} does not say {before!r}"
            text = text.replace(before, after)
        self._guest.push(text.encode(), path, 0o755)

    def running(self):
        if self._seen is None:
            seen = self._process.look()
            self._seen = seen if seen.rc is not None else None
            self.seconds = time.monotonic() - self._began
        return self._seen is None

    def so_far(self):
        seen = self._seen or self._process.look()
        ended = "still runs" if seen.rc is None else f"exit code {seen.rc}"
        return f"{self.test.title}, {self.kind} kind: {ended} {self.seconds:.0f} s\n{seen.stdout}{seen.stderr}"

    @property
    def swapped(self):
        """Masters of ours that were made instead."""
        return self._guest.sh(f"cat {self._swapped}").split()

    def wrong(self):
        """Why this run has not passed; "" if it has."""
        said = self._seen.stdout + self._seen.stderr
        passed = len(PASSED.findall(said))
        reasons = []
        if self._seen.rc != 0:
            reasons.append(f"exit code {self._seen.rc}")
        if WRONG.search(said):
            reasons.append("something did not work")
        if self.test.passes is not None and passed != self.test.passes:
            reasons.append(f"{passed} tests passed, expected {self.test.passes}")
        if bool(self.swapped) != (self.kind == OURS):
            reasons.append(f"masters of ours: {self.swapped}")
        return f"{self.test.title}, {self.kind} kind: {', '.join(reasons)}\n{said}" if reasons else ""
