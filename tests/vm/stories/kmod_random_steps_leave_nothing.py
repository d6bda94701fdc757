# SPDX-License-Identifier: GPL-2.0-only
"""NICs come and go, cables are cut and mended, drivers let go, the master is closed, renamed, given VLANs and macvlans in
namespaces that are deleted, an administrator makes masters of his own, failoverd is started, ended and killed, and the
modules are unloaded and loaded: in any order, while traffic runs. After each step the guest shows what it should, and is reached whenever a NIC can carry.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+          +- VLANs, macvlans
              `--- tap1 -- e1000e     (primary, hidden) -+- master -+        fom0 -- a dummy, a veth

What is lost meanwhile is not judged: other stories do. At the end everything is unloaded, and the kernel has found no
fault, holds no module, and has no namespace but the first. The seed is told; `--seed=N` does the same steps again,
`--steps=N` so many.
"""
import random

import pytest

from harness.trials.disorder import HELPERS, Disorder, await_namespaces

SHORT, LONG = 40, 2000
PARTS = 8  # of the long one, each in a guest of its own: two can run at a time, and what fails is sooner replayed
PPS = 200
LAST = 12  # steps told when one fails


@pytest.mark.kernels("6.12", "debug")
def test_random_steps_leave_nothing(request, host, kmod, daemon, note):
    go_through(request, host, kmod, daemon, note, SHORT)


@pytest.mark.long
@pytest.mark.kernels("6.12", "debug")
@pytest.mark.parametrize("part", range(PARTS))
def test_two_thousand_random_steps_leave_nothing(request, host, kmod, daemon, note, part):
    go_through(request, host, kmod, daemon, note, LONG // PARTS)


def go_through(request, host, kmod, daemon, note, steps):
    option, guest = request.config.getoption, host.guest
    steps = option("--steps") or steps
    seed = option("--seed")
    seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    note(f"{steps} steps, --seed={seed}")
    await_namespaces(guest, 1)  # the hidden one
    world = Disorder(host, kmod, daemon, random.Random(seed))
    stream = host.stream(pps=PPS)
    done = []
    try:
        for number in range(steps):
            title, step = world.draw()
            done.append(f"{number}: {title}")
            step()
            world.check()
            guest.alive()
            if title == "reload":
                # The sockets have outlived the device they sent by: fresh ones as well.
                stream.stop()
                stream = host.stream(pps=PPS)
        done.append("the end")
        world.settle()
        stream.flows(packets=50)
        stream.stop()
        world.unload()
        daemon.release()  # it keeps a namespace for slaves of its own, for when the module has gone
        guest.sh(f"for module in {' '.join(HELPERS)}; do modprobe -r $module || exit 1; done")
        await_namespaces(guest, 0)
        loaded = {line.split()[0] for line in guest.run("cat", "/proc/modules").stdout.splitlines()}
        assert not loaded & {"fom", "net_failover", *HELPERS}, f"still loaded: {sorted(loaded)}"
    except AssertionError as error:
        raise AssertionError(f"--seed={seed}, after " + "; ".join(done[-LAST:]) + f":\n{error}") from error
