# SPDX-License-Identifier: GPL-2.0-only
"""An operator moves the traffic by hand, before maintenance on a NIC. A planned switch costs nothing."""


def test_a_switch_there_and_back_loses_nothing(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.daemon.control("switch", "eth0", "standby")
    switch = guarded.daemon.master.goes("primary", "standby")
    assert switch["cause"] == "operator"
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    guarded.daemon.control("switch", "eth0", "primary")
    guarded.daemon.master.goes("standby", "primary")
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    traffic.pass_packets(500)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert traffic.stream()["resets"] == 0


def test_the_choice_outlives_the_daemon(guarded):
    """The best slave has carrier all along: a daemon that forgot who was asked for would return to it."""
    traffic = guarded.traffic(pps=2000)
    guarded.daemon.control("switch", "eth0", "standby")
    guarded.daemon.master.goes("primary", "standby")
    for end in (guarded.daemon.stop, guarded.daemon.kill):
        end()
        guarded.daemon.start()
        traffic.pass_packets(2000)  # a second, many times what a return takes
        guarded.daemon.master.stays("standby")
    guarded.daemon.control("switch", "eth0", "primary")
    guarded.daemon.master.goes("standby", "primary")


def test_the_choice_is_given_back_to_the_policy(guarded):
    guarded.daemon.control("switch", "eth0", "standby")
    guarded.daemon.master.goes("primary", "standby")
    guarded.daemon.control("switch", "eth0", "auto")
    switch = guarded.daemon.master.goes("standby", "primary")
    assert switch["cause"] == "failback"
    # Nobody's wish any more: what fails is left, what returns is returned to.
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    guarded.carrier_on("primary")
    guarded.daemon.master.goes("standby", "primary")
