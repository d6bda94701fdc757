# SPDX-License-Identifier: GPL-2.0-only
"""failoverd starts on a guest that is already at work, over the very interface that carries the administrator's session."""
from lab.configuration import configuration, configure
from lab.tools import wait_for


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
