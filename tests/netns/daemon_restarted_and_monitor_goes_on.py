# SPDX-License-Identifier: GPL-2.0-only
"""Somebody watches `failoverctl monitor` while the daemon goes and comes. They are told so and miss nothing after it."""
import json
import subprocess
from contextlib import contextmanager

import pytest
from lab import wait_for
from lab.tools import WITH_PARENT

NO_SUCH, UNREACHABLE = 3, 5  # failoverctl(1)


class Watcher:
    def __init__(self, lab, *arguments):
        self._files = [lab.guest.path(f"/run/watcher.{stream}") for stream in ("out", "err")]
        out, err = (open(path, "wb") for path in self._files)
        with out, err:
            self._process = subprocess.Popen([*WITH_PARENT, *lab.guest.command(lab.tools.failoverctl(), *arguments)],
                                             stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def said(self):
        return self._files[0].read_text()

    def noted(self):
        return self._files[1].read_text()

    def events(self):
        return [json.loads(line) for line in self.said().splitlines()]

    def switches(self):
        return [(event["switch"]["from"], event["switch"]["to"]) for event in self.events() if event.get("switch")]

    def still_watches(self):
        return self._process.poll() is None

    def end(self, seconds=20):
        return self._process.wait(timeout=seconds)

    def close(self):
        self._process.kill()
        self._process.wait()


@contextmanager
def watching(lab, *arguments):
    watcher = Watcher(lab, *arguments)
    try:
        yield watcher
    finally:
        watcher.close()


def kinds(watcher):
    return [event["kind"] for event in watcher.events()]


def see_a_switch(lab, watcher, target):
    before = len(watcher.switches())
    lab.daemon.control("switch", "eth0", target)
    wait_for(lambda: len(watcher.switches()) > before, f"the watcher to see the switch to the {target}")


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_watcher_sees_the_daemon_go_and_come_and_what_happens_then_once(guarded, how):
    with watching(guarded, "--json", "monitor", "-n", "1") as watcher:
        wait_for(lambda: len(watcher.events()) == 1, "the past event asked for")
        see_a_switch(guarded, watcher, "standby")
        see_a_switch(guarded, watcher, "primary")
        getattr(guarded.daemon, how)()
        wait_for(lambda: kinds(watcher)[-1] == "daemon-gone", "the watcher to be told")
        guarded.daemon.start()
        wait_for(lambda: "daemon-back" in kinds(watcher), "the watcher to be told that it is back")
        see_a_switch(guarded, watcher, "standby")
        see_a_switch(guarded, watcher, "primary")
        assert watcher.switches()[-4:] == [("eth1", "eth0"), ("eth0", "eth1")] * 2
        since = kinds(watcher)[kinds(watcher).index("daemon-gone"):]
        assert since.count("daemon-gone") == since.count("daemon-back") == 1
        assert since.count("attached") == 1  # what the new daemon did before the watcher was back
        assert since.count("switch") == 2
        seen = [json.dumps(event) for event in watcher.events()]
        assert len(set(seen)) == len(seen)
        assert watcher.noted() == ""


def test_people_are_told_in_a_note_and_the_events_stay_clean(guarded):
    with watching(guarded, "events", "--follow") as watcher:
        wait_for(lambda: "attached" in watcher.said(), "the past")
        for _ in range(2):
            notes = watcher.noted().count("\n")
            guarded.daemon.kill()
            wait_for(lambda: watcher.noted().count("\n") == notes + 1, "a note that it went away")
            assert "went away" in watcher.noted().splitlines()[-1]
            guarded.daemon.start()
            wait_for(lambda: watcher.noted().count("\n") == notes + 2, "a note that it is back")
            assert "is back" in watcher.noted().splitlines()[-1]
        assert "failoverd" not in watcher.said()
        assert watcher.still_watches()


def test_a_watcher_waits_also_where_the_sockets_directory_went(guarded):
    with watching(guarded, "--json", "monitor", "-n", "1") as watcher:
        wait_for(lambda: len(watcher.events()) == 1, "the past event asked for")
        guarded.daemon.stop()
        guarded.daemon.release()
        assert not guarded.guest.path("/run/failoverd").exists()
        wait_for(lambda: kinds(watcher)[-1] == "daemon-gone", "the watcher to be told")
        guarded.daemon.start()
        wait_for(lambda: "daemon-back" in kinds(watcher), "the watcher to be told that it is back")
        guarded.daemon.master.expect(active="primary")


def test_who_does_not_want_to_wait_is_let_go_with_the_reason(guarded):
    for arguments in (("monitor", "-n", "1", "--no-wait"), ("events", "-f", "--no-wait")):
        with watching(guarded, "--json", *arguments) as watcher:
            wait_for(watcher.said, "the past")
            guarded.daemon.kill()
            assert watcher.end() == UNREACHABLE
            assert "closed the connection" in watcher.noted()
            assert "daemon-gone" not in kinds(watcher)
        guarded.daemon.start()


def test_without_a_daemon_at_the_start_there_is_nothing_to_wait_for(lab):
    with watching(lab, "monitor") as watcher:
        assert watcher.end() == UNREACHABLE
        assert "systemctl start failoverd" in watcher.noted()
        assert watcher.said() == ""


def test_a_master_that_is_no_more_when_the_daemon_is_back_ends_the_watch_with_its_name(guarded):
    with watching(guarded, "--json", "monitor", "eth0", "-n", "1") as watcher:
        wait_for(lambda: len(watcher.events()) == 1, "the past event asked for")
        guarded.daemon.stop()
        guarded.daemon.release()
        guarded.guest.run("ip", "link", "set", "eth0", "name", "other0")
        guarded.daemon.start()
        assert watcher.end() == NO_SUCH
        assert "no master is called 'eth0'" in watcher.noted()
