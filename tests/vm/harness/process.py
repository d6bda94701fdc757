# SPDX-License-Identifier: GPL-2.0-only
"""Processes on the host that never outlive the harness."""
import ctypes
import signal
import subprocess

PR_SET_PDEATHSIG = 1

# A command line's beginning for what is measured: before other work of this machine, a build beside it for one. A guest
# that does not run loses packets, and a sender that does not run makes up for it by a burst, which may fall into the few
# milliseconds of an event.
AHEAD = ("nice", "-n", "-15")
# The same for what is measured in single milliseconds: before all other work, wherever that is allowed.
FIRST = ("chrt", "--rr", "1")
_libc = ctypes.CDLL(None)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def first():
    """A command line's beginning: FIRST, or AHEAD where this machine does not allow that."""
    allowed = subprocess.run([*FIRST, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return FIRST if allowed else AHEAD


def end_cleanly_on_sigterm(ended=SystemExit):
    """SIGTERM unwinds like an exception, so that whatever was set up is taken down.

    `ended`: makes that exception of the exit code.
    """
    def leave(number, _frame):
        raise ended(128 + number)
    signal.signal(signal.SIGTERM, leave)


class Failed(AssertionError):
    """A command ended otherwise than it should."""


def start(argv, **options):
    """A background process; killed by the kernel when the harness dies, however it dies."""
    return subprocess.Popen([str(word) for word in argv], preexec_fn=_die_with_parent, **options)


def run(argv, text_in=None, seconds=60, **options):
    """Output of a command that must succeed."""
    argv = [str(word) for word in argv]
    done = subprocess.run(argv, input=text_in, capture_output=True, text=True, timeout=seconds,
                          preexec_fn=_die_with_parent, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stderr or done.stdout}".rstrip())
    return done.stdout


def end(process, number=signal.SIGTERM, seconds=10):
    """End a process started here, by force if it does not listen. Its exit code."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode
