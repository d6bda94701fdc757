# SPDX-License-Identifier: GPL-2.0-only
"""A CPU of the guest stands still for a while although it has work, as one does whose hypervisor gives its time to others.
Its interrupts wait; the other CPUs go on."""
import ctypes
import os
from contextlib import contextmanager

# linux/ptrace.h: unlike a signal, this stops one thread of a process.
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000  # __WALL, linux/wait.h: a thread is a child of another kind
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long] * 4


def _ptrace(request, thread):
    if _libc.ptrace(request, thread, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace request {request:#x} of thread {thread}")


@contextmanager
def stalled(qemu, cpu):
    """Until the block ends. Nothing may be asked of the guest in it that needs this CPU."""
    thread = next(entry["thread-id"] for entry in qemu.qmp.do("query-cpus-fast") if entry["cpu-index"] == cpu)
    _ptrace(PTRACE_SEIZE, thread)
    try:
        _ptrace(PTRACE_INTERRUPT, thread)
        os.waitpid(thread, WALL)
        yield
    finally:
        _ptrace(PTRACE_DETACH, thread)
