# SPDX-License-Identifier: GPL-2.0-only
"""failoverd hangs (SIGSTOP): it is there and does nothing. The kernel moves the traffic as fast, and once the daemon
wakes it tells what happened."""
import os
import signal

from lab.repeated import assert_within

ON_ITS_WAY = 5  # half a millisecond


def test_a_hanging_daemon_costs_no_packet_more(guarded):
    hangs = []
    def hang():
        hangs.append(go_dark_in_a_hang(guarded))
        return {"the worse way": hangs[-1]}
    assert_within(ON_ITS_WAY, hang, times=3)
    switches = [event["switch"] for event in guarded.daemon.control("events", "eth0")["events"]
                if event["kind"] == "switch"]
    losses = [switch for switch in switches if switch["cause"] == "carrier-loss"]
    assert [(switch["from"], switch["to"]) for switch in losses] == [("eth1", "eth0")] * len(hangs)


def go_dark_in_a_hang(guarded):
    """What was lost in the direction that lost more. At the end all is as before."""
    traffic = guarded.traffic(pps=10_000)
    os.kill(guarded.daemon.pid, signal.SIGSTOP)
    guarded.carrier_off("primary")
    traffic.pass_packets(5000)
    loss = traffic.loss()
    assert loss.recovered
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    os.kill(guarded.daemon.pid, signal.SIGCONT)
    switch = guarded.daemon.master.goes("primary", "standby")
    assert (switch["cause"], switch["by"]) == ("carrier-loss", "kernel")
    guarded.carrier_on("primary")
    guarded.daemon.master.goes("standby", "primary")
    traffic.close()
    return max(loss.lost_in, loss.lost_out)


def test_what_came_and_went_during_the_hang_ends_where_it_should(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    os.kill(guarded.daemon.pid, signal.SIGSTOP)
    guarded.unplug("primary")
    traffic.pass_packets(500)
    guarded.plug("primary")
    os.kill(guarded.daemon.pid, signal.SIGCONT)
    guarded.daemon.master.expect(active="primary")
    traffic.pass_packets(500)
    loss = traffic.loss()
    assert loss.lost_in <= ON_ITS_WAY and loss.lost_out <= ON_ITS_WAY
    assert guarded.guest.links() == ["lo", "eth0"]
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    assert traffic.stream()["resets"] == 0
