# SPDX-License-Identifier: GPL-2.0-only
"""failover-traffic: what it reports is what happened, also when the fault is its own."""
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time

import pytest
from lab import wait_for

MAGIC = 0x6661696C6F766572
MACHINE = "127.0.0.1"
CLONE_NEWNET = 0x40000000  # sched.h


@pytest.fixture(autouse=True)
def own_network():
    """Puts this very thread, its sockets and its children into a network of their own."""
    libc = ctypes.CDLL(None, use_errno=True)
    back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    assert libc.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    try:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        yield
    finally:
        assert libc.setns(back, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        os.close(back)


class Tool:
    """failover-traffic on the loopback of own_network."""

    def __init__(self, program, folder, verb, *arguments):
        self.report_path = folder / f"{verb}.json"
        self.process = subprocess.Popen([program, verb, *map(str, arguments), "--json", self.report_path])
        wait_for(self.report_path.exists, f"{verb} to start")

    def report(self):
        before = json.loads(self.report_path.read_text())["snapshot"]
        self.process.send_signal(signal.SIGUSR1)

        def fresh():
            report = json.loads(self.report_path.read_text())
            return report if report["snapshot"] > before else None
        return wait_for(fresh, "a report")

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0
        return json.loads(self.report_path.read_text())


@pytest.fixture
def tool(tools, tmp_path):
    started = []

    def start(verb, *arguments):
        started.append(Tool(tools.traffic(), tmp_path, verb, *arguments))
        return started[-1]
    yield start
    for program in started:
        if program.process.poll() is None:
            program.process.kill()
        program.process.wait()


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((MACHINE, 0))
        return probe.getsockname()[1]


def packet(sequence):
    return struct.pack("=QQQ", sequence, time.monotonic_ns(), MAGIC)


def test_holes_duplicates_late_and_foreign_packets_are_told_apart(tool, port, tmp_path):
    receiver = tool("receive", "--port", port, "--timeline", tmp_path / "timeline")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((MACHINE, port))
        for sequence in (0, 1, 5, 4, 5, 9):
            sender.send(packet(sequence))
        sender.send(b"somebody else's datagram, long enough")
        sender.send(b"short")
    report = wait_for(lambda: (r := receiver.report())["foreign"] == 2 and r, "all packets")
    assert report["lost"] == [[2, 3], [6, 8]]
    assert report["lost_total"] == 5
    assert report["received"] == 5
    assert report["highest"] == 9
    assert report["duplicates"] == 1
    assert report["reordered"] == 1
    assert report["socket_drops"] == 0
    timeline = [json.loads(line) for line in (tmp_path / "timeline").read_text().splitlines()]
    assert [(line["kind"], line["first"], line["last"]) for line in timeline] == [
        ("gap", 2, 4), ("late", 4, 4), ("gap", 6, 8)]
    assert report["lost_ranges"][0]["sent_after_ns"] < report["lost_ranges"][0]["sent_before_ns"]


def test_a_receiver_that_cannot_keep_up_blames_itself(tool, port):
    receiver = tool("receive", "--port", port, "--buffer", 4096)
    receiver.process.send_signal(signal.SIGSTOP)
    flood = tool("send", "--to", MACHINE, "--port", port, "--pps", 10_000, "--duration", 0.5)
    assert flood.process.wait(timeout=20) == 0
    last = json.loads(flood.report_path.read_text())["sent"]
    receiver.process.send_signal(signal.SIGCONT)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:  # the count of drops comes with a packet
        wait_for(lambda: receiver.report()["received"] > 0, "the queue to be read")
        sender.sendto(packet(last), (MACHINE, port))
    report = wait_for(lambda: (r := receiver.report())["highest"] == last and r, "the last packet")
    assert report["socket_drops"] > 0
    assert report["lost_total"] == report["socket_drops"]


def test_what_the_sender_counts_arrives_and_is_no_more_than_its_rate(tool, port):
    receiver = tool("receive", "--port", port)
    sender = tool("send", "--to", MACHINE, "--port", port, "--pps", 20_000, "--duration", 1)
    assert sender.process.wait(timeout=20) == 0
    sent = json.loads(sender.report_path.read_text())
    assert 0 < sent["sent"] <= 20_000  # a busy machine gives it no time for more
    assert sent["errors"] == 0
    report = receiver.stop()
    assert (report["received"], report["lost_total"], report["socket_drops"]) == (sent["sent"], 0, 0)


def test_a_packet_the_kernel_refuses_is_lost_and_uses_up_its_number(plain):
    traffic = plain.traffic(pps=1000)
    plain.guest.run("ip", "link", "set", "eth1", "down")
    traffic.pass_packets(200)
    plain.guest.run("ip", "link", "set", "eth1", "up")
    loss = traffic.loss()
    assert loss.recovered
    assert loss.refused_out >= 190
    assert loss.lost_out >= loss.refused_out
    assert loss.refused_in == 0


def test_a_stream_that_breaks_is_counted_and_begun_anew(tool, port):
    server = tool("tcp-serve", "--port", port)
    client = tool("tcp-stream", "--to", MACHINE, "--port", port)
    wait_for(lambda: client.report()["bytes_received"] > 0, "the stream to flow")
    server.process.kill()
    server.process.wait()
    server.report_path.unlink()
    wait_for(lambda: client.report()["resets"] >= 1, "the break to be seen")
    again = tool("tcp-serve", "--port", port)
    wait_for(lambda: again.report()["bytes_received"] > 0, "the stream to flow again")
    report = client.stop()
    assert report["connections"] == report["resets"] + 1
    assert report["bytes_wrong"] == 0


def test_a_wrong_byte_in_a_stream_is_found(tool, port):
    with socket.create_server((MACHINE, port)) as listener:
        client = tool("tcp-stream", "--to", MACHINE, "--port", port, "--rate", 1000)
        connection, _ = listener.accept()
        with connection:
            connection.sendall(bytes(1000))
            report = wait_for(lambda: (r := client.report())["bytes_received"] == 1000 and r, "the bytes")
    assert report["bytes_wrong"] > 900


def test_a_stream_through_a_meddling_relay_is_found_out(tool, port):
    """Every byte is passed on, one of them with a flipped bit."""
    server = tool("tcp-serve", "--port", port, "--bind", MACHINE)
    with socket.create_server((MACHINE, 0)) as listener:
        client = tool("tcp-stream", "--to", MACHINE, "--port", listener.getsockname()[1])
        near, _ = listener.accept()
        far = socket.create_connection((MACHINE, port))
        relays = [threading.Thread(target=relay, args=(near, far, 100_000)),
                  threading.Thread(target=relay, args=(far, near, None))]
        for thread in relays:
            thread.start()
        wait_for(lambda: server.report()["bytes_received"] > 200_000, "enough bytes")
        client.stop()
        for thread in relays:
            thread.join(timeout=20)
        near.close()
        far.close()
    assert server.stop()["bytes_wrong"] == 1


def relay(source, target, flip_at):
    position = 0
    while data := bytearray(source.recv(4096)):
        if flip_at is not None and position <= flip_at < position + len(data):
            data[flip_at - position] ^= 0x10
        position += len(data)
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)
