# SPDX-License-Identifier: GPL-2.0-only
"""The kernel module carries the traffic, and failoverd and failoverctl tell of it and command it as they do everywhere:
its masters beside those made by BPF, from the daemon and without one.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `--- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24
"""
import json

import pytest

from harness import wait
from harness.machine.agent import Failed

SECTION = """[[master]]
name = "guest"
standby.driver = "virtio_net"
failback = "never"
"""


def slaves(state):
    return {slave["role"]: slave for slave in state["slaves"]}


def of_kernel(guest, kmod):
    """What failoverctl tells where no daemon answers."""
    found = guest.run("failoverctl", "--socket", "/run/nobody", "--json", "list")
    assert "failoverd does not answer" in found.stderr
    masters = json.loads(found.stdout)
    masters = masters["masters"] if isinstance(masters, dict) else masters
    assert [master["name"] for master in masters] == [kmod.name]
    return masters[0]


def told(product, kind):
    return [event for event in product.control("events")["events"] if event["kind"] == kind]


def test_a_master_of_the_module_is_shown_and_commanded(host, guest, kmod, product):
    state = product.masters()[0]
    assert (state["name"], state["backend"], state["notify"]) == (kmod.name, "kmod", True)
    assert state["mac"] == guest.links()[kmod.name]["address"]
    assert {role: (slave["driver"], slave["health"]) for role, slave in slaves(state).items()} == {
        "primary": (host.machine.primary, "active"), "standby": ("virtio_net", "ready")}
    assert {slave["mac"] for slave in state["slaves"]} == {state["mac"]}

    stream = host.stream(True, pps=1000)
    change = product.control("switch", kmod.name, "standby")["switch"]
    assert (change["cause"], change["to"]) == ("operator", slaves(state)["standby"]["name"])
    kmod.goes_to("standby")
    product.control("switch", kmod.name, "auto")
    kmod.goes_to("primary")
    stream.flows().stop()
    assert stream.lost <= host.machine.may_lose(0), stream

    seen = product.masters()[0]
    counted = {role: (slave["counters"]["tx_packets"], slave["counters"]["rx_packets"]) for role, slave in slaves(seen).items()}
    assert all(count > 0 for pair in counted.values() for count in pair), counted
    wait.until("the switches to be told", lambda: [event["switch"]["cause"] for event in told(product, "switch")] == ["operator", "failback"])


def test_the_kernel_tells_it_without_a_daemon(host, guest, kmod, product):
    host.unplug()
    kmod.announces("standby")
    wait.until("the events to be told", lambda: told(product, "unbind") and told(product, "slave-left") and told(product, "switch"))
    assert told(product, "switch")[-1]["switch"]["cause"] == "unbind"
    host.plug()
    kmod.announces("primary", seconds=20)
    wait.until("the return to be told", lambda: told(product, "slave-joined"))
    wait.until("its driver and its access to memory to be told",
               lambda: told(product, "bind") and told(product, "bus-master") and
               told(product, "bus-master")[-1]["message"].endswith("may access memory"))
    before = len(told(product, "carrier"))
    for on, words in ((False, "primary0 lost carrier"), (True, "primary0 has carrier")):
        host.carrier("primary", on)
        wait.until(f"{words!r} to be told", lambda said=words: told(product, "carrier")[before:][-1:] and
                   told(product, "carrier")[-1]["message"] == said, 20)
    kmod.announces("primary", seconds=20)
    last = lambda state: {key: state["last"][key] for key in ("from", "to", "cause")}
    assert last(product.masters()[0]) == last(of_kernel(guest, kmod)) == {
        "from": "standby0", "to": "primary0", "cause": "failback"}
    product.kill()
    host.carrier("primary", False)
    kmod.announces("standby")
    state = of_kernel(guest, kmod)
    assert (state["active"], slaves(state)["primary"]["health"]) == ("standby0", "no-carrier")
    host.carrier("primary", True)
    kmod.announces("primary", seconds=20)


def test_the_configuration_reaches_the_module(host, guest, kmod, product):
    product.configure(SECTION)
    guest.run("failoverctl", "reload")
    host.carrier("primary", False)
    kmod.announces("standby")
    host.carrier("primary", True)
    wait.until("the primary to be ready", lambda: slaves(product.masters()[0])["primary"]["health"] == "ready", 20)
    assert product.masters()[0]["active"] == "standby0", "it returned against failback = never"
    product.configure("")
    guest.run("failoverctl", "reload")
    kmod.announces("primary", seconds=20)


REFUSED = {
    ("switch", "{master}", "nobody"): "nobody",
    ("detach", "{master}"): "is a master of the kernel module",
    ("attach", "{master}"): "is a master of the kernel module",
}


def test_what_cannot_be_done_is_said(guest, kmod, product):
    before = product.masters()[0]["active"]
    for words, says in REFUSED.items():
        with pytest.raises(Failed) as refused:
            guest.run("failoverctl", *(word.format(master=kmod.name) for word in words))
        assert says in str(refused.value)
    assert product.masters()[0]["active"] == before


def test_every_view_knows_the_module(guest, kmod, product):
    status = guest.run("failoverctl", "status").stdout
    assert f"{kmod.name}  traffic on primary0 (primary)" in status
    assert "kmod (fom), a dead slave is seen by the kernel" in status
    assert product.control("doctor")["healthy"]
    probe = product.control("probe")
    assert probe["backend"] == "kmod"
    assert ("kernel module", "yes") in {(it["name"], it["state"]) for it in probe["capabilities"]}
    assert 'backend="kmod"' in guest.run("failoverctl", "metrics").stdout


def test_a_module_that_comes_late_is_followed(host, guest, kmod, product):
    kmod.unload()
    wait.until("no master to be told of", lambda: not product.masters())
    kmod.load()
    wait.until("the master to be told of", product.masters, 20)
    # Its events are heard too.
    guest.configure(kmod.name)
    kmod.goes_to("primary", seconds=20)
    product.control("switch", kmod.name, "standby")
    wait.until("the switch to be told", lambda: any(event["switch"]["cause"] == "operator" for event in told(product, "switch")))


def test_where_bpf_is_refused_the_module_is_served(guest, kmod, daemon):
    """As by a kernel without types of its own. The debug kernel is one; elsewhere they are covered up."""
    types = "/sys/kernel/btf/vmlinux"
    guest.sh(f"test ! -e {types} || mount --bind /dev/null {types}")
    daemon.start()
    daemon.await_answer()
    master, = daemon.masters()
    assert (master["name"], master["backend"]) == (kmod.name, "kmod")
    probe = daemon.control("probe")
    refused = next(it for it in probe["capabilities"] if it["name"] == "BPF programs")
    assert (probe["backend"], refused["state"]) == ("kmod", "no") and "BTF" in refused["detail"]
    assert daemon.control("doctor")["healthy"]
    daemon.control("switch", kmod.name, "standby")
    kmod.goes_to("standby")
    with pytest.raises(Failed, match="no masters can be made by BPF here: .*BTF"):
        guest.run("failoverctl", "attach", "lo")
    guest.run("failoverctl", "reload")
    daemon.end()
    guest.sh("test ! -e /run/failoverd/hidden-netns && test ! -e /sys/fs/bpf/failover")
    daemon.release()
