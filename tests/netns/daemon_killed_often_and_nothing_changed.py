# SPDX-License-Identifier: GPL-2.0-only
"""failoverd is killed and restarted again and again under a heavy stream. What is right in the kernel stays as it is:
the same programs, the same attachments, no switch, no packet lost."""
import json


def kernel_objects(guest):
    """Ids of everything pinned by us: an id is never given twice, so equal ids mean the same object."""
    ids = {}
    root = guest.path("/sys/fs/bpf/failover")
    for pin in sorted(path for path in root.rglob("*") if path.is_file()):
        inside = "/sys/fs/bpf/failover" / pin.relative_to(root)
        kind = "link" if pin.name.startswith("link-") else "map" if pin.name.startswith("fom_") else "prog"
        ids[str(inside)] = json.loads(guest.run("bpftool", "-j", kind, "show", "pinned", inside))["id"]
    return ids


def kill_and_restart(guarded, times):
    before = kernel_objects(guarded.guest)
    assert any("link-" in pin for pin in before) and any("programs-" in pin for pin in before)
    traffic = guarded.traffic(pps=20_000)
    for _ in range(times):
        guarded.daemon.kill()
        guarded.daemon.start()
        assert kernel_objects(guarded.guest) == before
        guarded.daemon.master.stays("primary")
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    loss = traffic.loss()
    assert loss.recovered
    assert (loss.lost_in, loss.lost_out) == (0, 0)


def test_a_hundred_kills_lose_nothing_and_change_nothing(guarded):
    kill_and_restart(guarded, 100)
