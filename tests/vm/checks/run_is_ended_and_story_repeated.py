# SPDX-License-Identifier: GPL-2.0-only
"""SIGTERM ends the run, not the story that happens to be told; a story in which this machine stood still is told again.
What was found before is told in both."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1]
ENDED = """
import os, signal

def test_that_has_failed():
    assert not "a fault"

def test_in_the_middle_of_which_it_comes():
    os.kill(os.getpid(), signal.SIGTERM)

def test_that_would_be_next():
    open("told", "w").close()
"""
STOPPED = """
import conftest

def test_that_is_stopped_at_first(request, tried=[]):
    tried.append(True)
    if len(tried) == 1:
        request.node.stash[conftest.STOPPED] = "the clock stood"
        assert not "its first words"
"""


def tell(folder, stories):
    (folder / "test_few.py").write_text(stories, encoding="utf-8")
    found = os.pathsep.join((str(FOLDER), str(FOLDER.parent), os.environ.get("PYTHONPATH", "")))
    return subprocess.run([sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "test_few.py"],
                          cwd=folder, env=os.environ | {"PYTHONPATH": found}, capture_output=True, text=True,
                          timeout=60, check=False)


def test_no_further_story_begins(tmp_path):
    ended = tell(tmp_path, ENDED)
    assert ended.returncode == pytest.ExitCode.INTERRUPTED, ended.stdout + ended.stderr
    assert "a fault" in ended.stdout
    assert not (tmp_path / "told").exists(), ended.stdout


def test_a_story_told_again_says_how_it_failed_before(tmp_path):
    ended = tell(tmp_path, STOPPED)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "the clock stood" in ended.stdout and "its first words" in ended.stdout
