# SPDX-License-Identifier: GPL-2.0-only
"""failoverd dies by kill -9. The kernel decides, the daemon advises: traffic does not know."""
from lab import kernel_settings

ON_ITS_WAY = 5


def test_a_killed_daemon_costs_nothing(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.daemon.kill()
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    assert guarded.guest.links() == ["lo", "eth0"]
    assert traffic.stream()["resets"] == 0


def test_without_a_daemon_a_dark_link_is_left_just_the_same(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.daemon.kill()
    guarded.carrier_off("primary")
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert loss.lost_in <= ON_ITS_WAY and loss.lost_out <= ON_ITS_WAY
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    assert traffic.stream()["resets"] == 0


def test_without_a_daemon_a_pulled_primary_is_left_just_the_same(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.daemon.kill()
    guarded.unplug("primary")
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert loss.lost_in <= ON_ITS_WAY and loss.lost_out <= ON_ITS_WAY
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    assert traffic.stream()["resets"] == 0


def test_failoverctl_tells_the_state_with_the_daemon_down(guarded):
    guarded.daemon.kill()
    assert guarded.daemon.master.active() == "primary"
    traffic = guarded.traffic(pps=500)
    guarded.carrier_off("primary")
    traffic.pass_packets(100)
    assert guarded.daemon.master.active() == "standby"


def test_a_restarted_daemon_changes_nothing_that_is_right(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    before = guarded.guest.ip("address", "show", "eth0")
    hidden = guarded.hidden_links()
    guarded.daemon.kill()
    guarded.daemon.start()
    guarded.daemon.master.stays("primary")
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert [link["ifindex"] for link in guarded.guest.ip("address", "show", "eth0")] == [before[0]["ifindex"]]
    assert guarded.hidden_links() == hidden
    assert guarded.carrying() == {"in": "primary", "out": "primary"}


def test_a_restarted_daemon_finds_what_happened_meanwhile(guarded):
    """The primary was pulled, and a new one waits, unhidden, for somebody to take it."""
    guarded.daemon.kill()
    guarded.unplug("primary")
    guarded.plug("primary")
    traffic = guarded.traffic(pps=1000, stream=True)
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    guarded.daemon.start()
    guarded.daemon.master.expect(active="primary")
    traffic.pass_packets(500)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    assert guarded.guest.links() == ["lo", "eth0"]


def test_an_ordered_stop_is_as_harmless_as_a_kill(guarded):
    traffic = guarded.traffic(pps=2000)
    assert guarded.daemon.stop() == 0
    guarded.unplug("primary")
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert loss.lost_in <= ON_ITS_WAY and loss.lost_out <= ON_ITS_WAY
    assert guarded.guest.links() == ["lo", "eth0"]


NEVER_BACK = """[defaults]
proof-timeout-ms = 0
[[master]]
name = "eth0"
failback = "never"
standby = { name = "eth0" }
primary = { mac = "52:54:00:77:00:02" }
"""


def test_a_restarted_daemon_knows_the_policy_before_it_acts(lab):
    """The defaults would move to the primary at once; this master's own section says never."""
    lab.daemon.start(NEVER_BACK)
    traffic = lab.traffic(pps=2000)
    traffic.pass_packets(2000)  # the primary has been a slave with carrier for long
    lab.daemon.master.expect(active="standby")
    lab.daemon.kill()
    lab.daemon.start(NEVER_BACK)
    traffic.pass_packets(1000)
    lab.daemon.master.stays("standby")


def test_what_it_had_borrowed_of_the_kernel_its_successor_gives_back(guarded):
    setting = kernel_settings.BORROWED[0]
    before = setting.read_text().strip()
    guarded.daemon.kill()
    guarded.guest.path(f"/run/failoverd/{setting.name}.before").write_text(before)
    setting.write_text({"0": "1", "1": "0"}[before])
    guarded.daemon.start()
    assert setting.read_text().strip() == before
