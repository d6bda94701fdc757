# SPDX-License-Identifier: GPL-2.0-only
"""failoverd starts on a guest that is already at work, over the very interface that carries the administrator's session."""
from lab.tools import wait_for


def configure(guest):
    guest.run("ip", "address", "add", "192.0.2.7/25", "dev", "eth0", "label", "eth0:web")
    guest.run("ip", "route", "add", "198.51.100.0/24", "via", "10.77.0.1", "dev", "eth0", "metric", "77")
    guest.run("ip", "-6", "route", "add", "2001:db8::/32", "via", "fd77::1", "dev", "eth0")
    guest.run("ip", "neighbour", "add", "10.77.0.99", "lladdr", "52:54:00:77:00:99", "dev", "eth0", "nud", "permanent")
    guest.run("ip", "link", "set", "eth0", "mtu", "1400")
    guest.sysctl("net.ipv4.conf.eth0.rp_filter", 2)


def configuration(guest):
    """What the administrator had set, as `ip` tells it."""
    link = guest.ip("address", "show", "eth0")[0]
    return {
        "mac": link["address"], "mtu": link["mtu"],
        "addresses": sorted((a["local"], a["prefixlen"], a.get("label", "")) for a in link["addr_info"]
                            if a["scope"] == "global"),
        "routes": sorted(line.strip() for version in ("-4", "-6")
                         for line in guest.run("ip", version, "route", "show", "dev", "eth0").splitlines()
                         if not line.startswith("fe80::")),
        "neighbour": guest.run("ip", "neighbour", "show", "10.77.0.99", "dev", "eth0").strip(),
        "rp_filter": guest.run("sysctl", "-n", "net.ipv4.conf.eth0.rp_filter").strip(),
    }


def test_addresses_routes_neighbours_and_sysctls_are_kept(lab):
    configure(lab.guest)
    before = configuration(lab.guest)
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    assert configuration(lab.guest) == before
    assert lab.guest.links() == ["lo", "eth0"]


def test_an_open_connection_lives_through_it(lab):
    traffic = lab.traffic(pps=500, stream=True)
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    traffic.pass_packets(200)
    traffic.loss()
    traffic.pass_packets(200)
    assert traffic.loss().recovered
    _, streams = traffic.stop()
    assert [(s["connections"], s["resets"], s["bytes_wrong"]) for s in streams] == [(1, 0, 0), (1, 0, 0)]


def test_releasing_gives_everything_back(lab):
    configure(lab.guest)
    pins = sorted(lab.guest.path("/sys/fs/bpf").iterdir())  # the kernel may have some of its own there
    before = configuration(lab.guest)
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    assert lab.daemon.stop() == 0
    lab.daemon.release()
    assert sorted(lab.guest.links()) == ["eth0", "eth1", "lo"]
    assert configuration(lab.guest) == before
    assert sorted(lab.guest.path("/sys/fs/bpf").iterdir()) == pins


def test_no_other_name_is_ever_seen(lab):
    """Whoever configures devices as they appear (udev, networkd) must not meet one under a working name."""
    guest = lab.guest
    guest.spawn("ip", "-oneline", "monitor", "link", log="/run/seen")
    # The monitor is ready when it has seen what we do to make it look.
    wait_for(lambda: guest.run("ip", "link", "set", "lo", "alias", "look") or " lo: " in guest.path("/run/seen").read_text(),
             "the monitor to listen")
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    assert lab.daemon.stop() == 0
    lab.daemon.release()
    seen = {line.removeprefix("Deleted ").split(": ")[1].split("@")[0]
            for line in guest.path("/run/seen").read_text().splitlines() if not line.startswith(" ")}
    assert seen == {"lo", "eth0", "eth1"}
