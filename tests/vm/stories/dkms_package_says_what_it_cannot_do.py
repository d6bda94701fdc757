# SPDX-License-Identifier: GPL-2.0-only
"""vf-failover-dkms is installed in a Debian with two kernels. The headers of one are missing; the other has net_failover
built in. The package is installed nevertheless, says so, and neither kernel loses its network by it. No guest is booted.
"""
import subprocess

import pytest

from harness import places
from harness.machine.debian import dkms_package, with_modules

# The tree stays as it is; what is written is forgotten with the mounts. An initramfs is not what this is about.
SCRIPT = r"""
set -e
base=$1 deb=$2 builtin=$3 bare=$4
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/tree
mount -t overlay -o "lowerdir=$base,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/tree
mount -t proc proc /mnt/tree/proc
cp "$deb" /mnt/tree/vf-failover-dkms.deb
echo update_initramfs=no >/mnt/tree/etc/initramfs-tools/update-initramfs.conf
rm "/mnt/tree/lib/modules/$bare/build"
rm /mnt/tree/lib/modules/$builtin/kernel/drivers/net/net_failover.ko*
echo kernel/drivers/net/net_failover.ko >>/mnt/tree/lib/modules/$builtin/modules.builtin
run() { env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot /mnt/tree "$@"; }
run dpkg --install /vf-failover-dkms.deb 2>&1
echo "---"
run find /lib/modules/ -path '*/updates/dkms/*'
echo "---"
for kernel in "$builtin" "$bare"; do
	run modprobe --set-version="$kernel" --show-depends virtio_net
done
run dpkg --purge vf-failover-dkms >&2
"""


@pytest.fixture
def deb(request):
    option = request.config.getoption
    return option("--deb") or places.package(option("--build"))


def release(kernel):
    return (places.setup("kernel", kernel) / "release").read_text().strip()


def test_dkms_package_says_what_it_cannot_do(deb):
    base, builtin, bare = with_modules(deb) / "base" / "tree", release("6.1"), release("6.12")
    done = subprocess.run(["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", SCRIPT, "sh",
                           base.resolve(), dkms_package(deb), builtin, bare], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said, modules, needed = done.stdout.split("---\n")
    assert f"the headers of kernel {bare} are not installed" in said and f'"apt install linux-headers-{bare}"' in said
    assert f"kernel {builtin} has net_failover built in" in said
    assert modules.split() == [f"/lib/modules/{builtin}/updates/dkms/fom.ko"]
    # Ours could not be loaded where its symbols are there already, nor what depends on it.
    assert "virtio_net.ko" in needed and "updates" not in needed
