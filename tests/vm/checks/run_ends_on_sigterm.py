# SPDX-License-Identifier: GPL-2.0-only
"""SIGTERM ends the run, not the story that happens to be told; what was found before is told."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1]
STORIES = """
import os, signal

def test_that_has_failed():
    assert not "a fault"

def test_in_the_middle_of_which_it_comes():
    os.kill(os.getpid(), signal.SIGTERM)

def test_that_would_be_next():
    open("told", "w").close()
"""


def test_no_further_story_begins(tmp_path):
    (tmp_path / "test_two.py").write_text(STORIES, encoding="utf-8")
    found = os.pathsep.join((str(FOLDER), str(FOLDER.parent), os.environ.get("PYTHONPATH", "")))
    ended = subprocess.run([sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "test_two.py"],
                           cwd=tmp_path, env=os.environ | {"PYTHONPATH": found}, capture_output=True, text=True,
                           timeout=60, check=False)
    assert ended.returncode == pytest.ExitCode.INTERRUPTED, ended.stdout + ended.stderr
    assert "a fault" in ended.stdout
    assert not (tmp_path / "told").exists(), ended.stdout
