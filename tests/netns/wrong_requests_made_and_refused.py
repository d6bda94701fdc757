# SPDX-License-Identifier: GPL-2.0-only
"""What is asked wrongly is refused: with words that say why, an exit status that is not 0, and traffic that does not
notice."""
import os
import shutil
import signal
import socket
import subprocess
from contextlib import contextmanager

import pytest
from lab import wait_for
from lab.daemon import CONFIG, CONFIG_PATH
from lab.lab import GUEST_MAC

SOCKET = "/run/failoverd/io.failover"
NOT_PERMITTED = 4  # failoverctl(1)


@contextmanager
def undisturbed(lab):
    """Two-way traffic that loses nothing meanwhile and goes the way it went."""
    traffic = lab.traffic(pps=2000)
    yield
    traffic.pass_packets(200)
    loss = traffic.loss()
    assert loss.recovered
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert lab.carrying() == {"in": "primary", "out": "primary"}
    lab.daemon.master.stays("primary")


def failoverctl(lab, *arguments):
    command = lab.guest.command(lab.tools.failoverctl(), *arguments)
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments, words", [
    (("attach", "none0"), "there is no interface none0"),
    (("attach", "lo"), "lo cannot be a slave: it is no Ethernet device"),
    (("attach", "eth0"), "eth0 is a master already"),
    (("attach", "eth1"), "eth1 is a slave of eth0 already"),
    (("attach", "far0", "none0"), "there is no interface none0"),
    (("attach", "far0", "far0"), "must be two interfaces"),
    (("attach", "far0", "eth0"), "eth0 is a master already"),
    (("detach", "none0"), "none0"),
    (("switch", "none0", "standby"), "none0"),
    (("switch", "eth0", "none1"), "none1"),
    (("show", "none0"), "none0"),
], ids=" ".join)
def test_a_name_that_does_not_fit_is_refused_by_name(guarded, arguments, words):
    guarded.guest.run("ip", "link", "add", "far0", "type", "veth", "peer", "name", "far1")
    links = sorted(guarded.guest.links())
    with undisturbed(guarded):
        refused = failoverctl(guarded, *arguments)
        assert refused.returncode != 0
        assert words in refused.stderr
    assert sorted(guarded.guest.links()) == links
    assert [master["name"] for master in guarded.daemon.masters()] == ["eth0"]


def test_a_switch_to_a_slave_without_carrier_is_refused(guarded):
    guarded.carrier_off("standby")
    wait_for(lambda: "eth0 lost carrier" in guarded.daemon.events("carrier", "eth0"), "the loss to be noticed")
    with undisturbed(guarded):
        refused = failoverctl(guarded, "switch", "eth0", "standby")
        assert refused.returncode != 0
        assert "eth0 cannot carry traffic now (it has no carrier)" in refused.stderr


def test_a_second_nic_of_the_primarys_mac_waits_outside(guarded):
    with undisturbed(guarded):
        guarded.guest.run("ip", "link", "add", "eth2", "address", GUEST_MAC, "type", "veth", "peer", "name", "far2")
        said = wait_for(lambda: guarded.daemon.events("refused", "eth0"), "the event")
        assert said == ["eth0 has the primary eth1 already; eth2 stays as it is until that one is gone"]
    assert sorted(guarded.guest.links()) == ["eth0", "eth2", "far2", "lo"]
    assert not guarded.guest.ip("link", "show", "eth2")[0].get("ifalias")
    guarded.unplug("primary")
    wait_for(lambda: "eth2" in guarded.hidden_links(), "the second NIC to take the place that became free")


def test_an_mtu_that_a_slave_refuses_is_taken_back_from_all(lab):
    """A tap device takes 65521 bytes at most, a veth pair 65535."""
    lab.guest.run("ip", "tuntap", "add", "tap0", "mode", "tap")
    lab.daemon.start("")
    lab.daemon.control("attach", "eth0", "tap0")
    lab.daemon.master.expect(active="standby")
    traffic = lab.traffic(pps=2000)
    lab.guest.run("ip", "link", "set", "eth0", "mtu", "65530")
    said = wait_for(lambda: lab.daemon.events("refused", "eth0"), "the event")
    assert "tap0 refuses MTU 65530" in said[0]
    wait_for(lambda: lab.guest.ip("link", "show", "eth0")[0]["mtu"] == 1500, "the master to have its MTU back")
    listing = lab.daemon.master.state()
    assert {slave["name"]: slave["mtu"] for slave in listing["slaves"]} == {"eth0": 1500, "tap0": 1500}
    traffic.pass_packets(200)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert len(lab.daemon.events("refused", "eth0")) == 1
    lab.daemon.expect_as_left()


def connect(lab):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(str(lab.guest.path(SOCKET)))
    return client


def send_what_is_taken(client, data):
    try:
        client.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        pass  # shown the door before it was done


@pytest.mark.parametrize("garbage", [
    os.urandom(4096) + b"\0",
    b"\0" * 1000,
    b'{"method": "io.failover.List"',
    b'{"method": 7, "parameters": []}\0',
    b"[" * 100_000 + b"\0",
    b'{"method": "' + b"x" * (8 << 20) + b'"}\0',
    b"x" * (8 << 20),
], ids=["random", "empty", "cut short", "wrong types", "deep", "oversized", "endless"])
def test_garbage_at_the_socket_is_nobodys_trouble(guarded, garbage):
    with undisturbed(guarded), connect(guarded) as bad:
        send_what_is_taken(bad, garbage)
        assert [master["name"] for master in guarded.daemon.masters()] == ["eth0"]
    assert guarded.daemon.alive()


def test_callers_that_say_nothing_block_nobody(guarded):
    silent = [connect(guarded) for _ in range(10)]
    try:
        for client in silent[::2]:
            client.shutdown(socket.SHUT_WR)
        with undisturbed(guarded):
            assert [master["name"] for master in guarded.daemon.masters()] == ["eth0"]
    finally:
        for client in silent:
            client.close()


@pytest.fixture
def nobody(guarded):
    """failoverctl as a user without rights."""
    program = guarded.guest.path("/run/failoverctl")  # the build may be where nobody can look
    shutil.copy(guarded.tools.failoverctl(), program)
    program.chmod(0o755)

    def call(*arguments):
        command = guarded.guest.command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                        "/run/failoverctl", *arguments)
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    return call


@pytest.mark.parametrize("arguments", [("list",), ("show", "eth0"), ("events",), ("version",), ("probe",)],
                         ids=" ".join)
def test_everybody_may_read(guarded, nobody, arguments):
    answer = nobody("--json", *arguments)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("{")


@pytest.mark.parametrize("arguments", [("switch", "eth0", "standby"), ("detach", "eth0"), ("attach", "eth0"),
                                       ("reload",)],
                         ids=" ".join)
def test_only_an_administrator_may_change(guarded, nobody, arguments):
    with undisturbed(guarded):
        refused = nobody(*arguments)
        assert refused.returncode == NOT_PERMITTED
        assert "CAP_NET_ADMIN" in refused.stderr
    assert guarded.guest.links() == ["lo", "eth0"]


TYPO = CONFIG + 'notfy = "on"\n'
PLACE = f"{CONFIG_PATH}:{len(TYPO.splitlines())}"


@pytest.mark.parametrize("how", ["failoverctl", "SIGHUP"])
def test_a_typo_is_named_by_line_and_the_running_configuration_stays(lab, how):
    lab.daemon.start(CONFIG + 'notify = "off"\n')
    lab.daemon.master.expect(active="primary")
    lab.guest.path(CONFIG_PATH).write_text(TYPO)
    with undisturbed(lab):
        if how == "failoverctl":
            refused = failoverctl(lab, "reload")
            assert refused.returncode != 0
            assert PLACE in refused.stderr and "notfy" in refused.stderr
        else:
            os.kill(lab.daemon.pid, signal.SIGHUP)
        wait_for(lambda: PLACE in lab.daemon.log(), "the log to name the line")
    assert lab.daemon.master.state()["notify"] is False
    lab.guest.path(CONFIG_PATH).write_text(CONFIG)
    lab.daemon.control("reload")
    assert lab.daemon.master.state()["notify"] is True
    lab.daemon.expect_as_left()


def test_a_daemon_that_starts_on_a_broken_file_takes_what_last_worked(lab):
    lab.daemon.start(CONFIG + 'notify = "off"\n')
    lab.daemon.master.expect(active="primary")
    lab.daemon.kill()
    with undisturbed(lab):
        lab.daemon.start(TYPO)
    assert PLACE in lab.daemon.log()
    assert lab.daemon.master.state()["notify"] is False
    lab.daemon.expect_as_left()


def test_a_daemon_with_a_broken_file_and_no_memory_ends_with_the_reason(lab):
    path = lab.guest.path(CONFIG_PATH)
    path.parent.mkdir()
    path.write_text(TYPO)
    command = lab.guest.command(lab.tools.failoverd(), "--config", CONFIG_PATH)
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert PLACE in ended.stderr
    assert sorted(lab.guest.links()) == ["eth0", "eth1", "lo"]
