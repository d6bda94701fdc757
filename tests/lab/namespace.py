# SPDX-License-Identifier: GPL-2.0-only
"""One machine of the lab: a network namespace with a mount namespace of its own."""
import json
import pathlib
import subprocess

from lab.tools import WITH_PARENT, LabError, run, wait_for

# What a process inside must find as on a machine of its own. sysfs shows the network devices of the namespace it was
# mounted in; bpffs comes after it because the new sysfs hides the old mount point. tracefs is not everywhere. What
# failoverd writes below /var/lib stays here; the rest of /var/lib, which may hold the build, stays in view.
MOUNTS = """set -e
mount --make-rprivate /
mount -t sysfs sysfs /sys
mount -t bpf bpf /sys/fs/bpf
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || :
mount -t tmpfs tmpfs /run
if [ -d /etc/failover ]; then mount -t tmpfs tmpfs /etc/failover; fi
mkdir /run/var-lib
mount --rbind /var/lib /run/var-lib
mount -t tmpfs tmpfs /var/lib
ln -s /run/var-lib/* /var/lib/
rm -f /var/lib/failover
ip link set lo up
: > /run/ready
exec sleep infinity"""


class Namespace:
    """Lives as long as its keeper process; when that is gone, the kernel removes devices, mounts and pins."""

    def __init__(self, name):
        self.name = name
        self._children = []
        self._keeper = subprocess.Popen(
            [*WITH_PARENT, "unshare", "--net", "--mount", "sh", "-c", MOUNTS],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.pid = self._keeper.pid
        try:
            wait_for(self._ready, f"namespace {name} to stand")
        except BaseException:
            self.close()
            raise

    def _ready(self):
        if self._keeper.poll() is not None:
            raise LabError(f"namespace {self.name} (are you root?): {self._keeper.stderr.read().strip()}")
        return self.path("/run/ready").exists()

    def path(self, inside):
        """A path of this namespace as seen from outside."""
        return pathlib.Path(f"/proc/{self.pid}/root{inside}")

    def command(self, *command):
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "--", *map(str, command)]

    def run(self, *command, check=True):
        return run(self.command(*command), check)

    def ip(self, *arguments):
        """`ip -json ...` as a Python value."""
        return json.loads(self.run("ip", "-json", *arguments) or "[]")

    def links(self):
        """Names of the network devices a user of this machine sees."""
        return [link["ifname"] for link in self.ip("link", "show")]

    def wait_for_carrier(self, name, on):
        state = "on" if on else "off"
        wait_for(lambda: ("LOWER_UP" in self.ip("link", "show", name)[0]["flags"]) == on, f"carrier of {name} to go {state}")

    def sysctl(self, key, value):
        self.run("sysctl", "-qw", f"{key}={value}")

    def spawn(self, *command, log=None, environment=None):
        """Starts a process here; `log` is a path inside that takes its output."""
        with open(self.path(log), "ab") if log else open("/dev/null", "wb") as output:
            child = subprocess.Popen([*WITH_PARENT, *self.command(*command)], stdin=subprocess.DEVNULL,
                                     stdout=output, stderr=output, env=environment)
        self._children.append(child)
        return child

    def children(self):
        """Process ids of what was started here and still runs."""
        return [child.pid for child in self._children if child.poll() is None]

    def close(self):
        for child in [*self._children, self._keeper]:
            if child.poll() is None:
                child.kill()
            child.wait()
        self._children.clear()
        self._keeper.stderr.close()
