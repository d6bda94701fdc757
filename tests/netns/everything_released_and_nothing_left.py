# SPDX-License-Identifier: GPL-2.0-only
"""`failoverd --release`, as at the removal of the package: the NICs are as they were, and of ours nothing is left."""
import pathlib

from lab import wait_for


def hidden_inode(lab):
    return lab.guest.path("/run/failoverd/hidden-netns").stat().st_ino


def keeps_namespace(lab, inode):
    """Some mount of the guest or some process holds this network namespace."""
    mounts = pathlib.Path(f"/proc/{lab.guest.pid}/mountinfo").read_text()
    return f" net:[{inode}] " in mounts or inode in namespaces_in_use()


def namespaces_in_use():
    """Inodes of the network namespaces of all processes."""
    found = set()
    for link in pathlib.Path("/proc").glob("[0-9]*/ns/net"):
        try:
            found.add(link.stat().st_ino)
        except OSError:
            continue  # it ended meanwhile
    return found


def nics(guest):
    """What the NICs are, apart from what changes by itself."""
    return {link["ifname"]: {"ifindex": link["ifindex"], "address": link["address"], "mtu": link["mtu"],
                             "alias": link.get("ifalias", ""), "promiscuity": link["promiscuity"],
                             "allmulti": link["allmulti"], "qdisc": link["qdisc"],
                             "xdp": "xdp" in link and link["xdp"].get("mode", 0) != 0}
            for link in guest.ip("-details", "link", "show")}


def qdiscs(guest):
    return sorted(guest.run("tc", "qdisc", "show").splitlines())


def test_after_a_release_nothing_of_ours_is_left(lab):
    before = nics(lab.guest), qdiscs(lab.guest), lab.guest.run("bpftool", "-j", "net", "show")
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    hidden = hidden_inode(lab)
    assert keeps_namespace(lab, hidden)
    lab.guest.run("ip", "link", "set", "eth0", "promisc", "on")
    lab.guest.run("ip", "link", "set", "eth0", "promisc", "off")
    assert lab.daemon.stop() == 0
    lab.daemon.release()
    after = nics(lab.guest), qdiscs(lab.guest), lab.guest.run("bpftool", "-j", "net", "show")
    assert after[0]["eth0"] == before[0]["eth0"]
    assert {**after[0]["eth1"], "ifindex": 0} == {**before[0]["eth1"], "ifindex": 0}
    assert sorted(after[0]) == sorted(before[0])
    assert after[1] == before[1]
    assert after[2] == before[2]
    assert not lab.guest.path("/sys/fs/bpf/failover").exists()
    assert not lab.guest.path("/run/failoverd").exists()
    assert not keeps_namespace(lab, hidden)


def test_the_guest_works_on_by_its_standby_without_us(guarded):
    traffic = guarded.traffic(pps=500, stream=True)
    assert guarded.daemon.stop() == 0
    guarded.daemon.release()
    traffic.pass_packets(300)
    assert traffic.loss().recovered
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    assert traffic.stream()["resets"] == 0


def test_a_release_after_a_kill_is_as_complete(guarded):
    hidden = hidden_inode(guarded)
    guarded.daemon.kill()
    guarded.daemon.release()
    assert sorted(guarded.guest.links()) == ["eth0", "eth1", "lo"]
    assert not keeps_namespace(guarded, hidden)
    assert not guarded.guest.path("/sys/fs/bpf/failover").exists()


def test_a_release_with_the_primary_away_gives_the_standby_back(guarded):
    guarded.unplug("primary")
    guarded.daemon.master.goes("primary", "standby")
    hidden = hidden_inode(guarded)
    assert guarded.daemon.stop() == 0
    guarded.daemon.release()
    assert sorted(guarded.guest.links()) == ["eth0", "lo"]
    assert not keeps_namespace(guarded, hidden)


def test_releasing_twice_or_for_nothing_is_no_error(lab):
    links = lab.guest.links()
    lab.daemon.release()
    assert lab.guest.links() == links
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    assert lab.daemon.stop() == 0
    lab.daemon.release()
    lab.daemon.release()
    assert sorted(lab.guest.links()) == sorted(links)


def test_after_a_release_it_can_begin_anew(guarded):
    assert guarded.daemon.stop() == 0
    guarded.daemon.release()
    guarded.daemon.start()
    guarded.daemon.master.expect(active="primary")
    traffic = guarded.traffic(pps=500)
    wait_for(lambda: traffic.loss().recovered, "traffic both ways")
    assert guarded.guest.links() == ["lo", "eth0"]
