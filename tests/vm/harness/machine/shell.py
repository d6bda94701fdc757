# SPDX-License-Identifier: GPL-2.0-only
"""A guest whose console is this terminal: `scripts/vm --shell`."""
import argparse
import signal
import subprocess
import sys
from pathlib import Path

from ..network.fabric import GUEST, PEER
from ..process import end_cleanly_on_sigterm
from .host import Host
from .prompt import where
from .qemu import Machine


def options():
    parser = argparse.ArgumentParser(prog="scripts/vm --shell")
    parser.add_argument("--kernel", default="6.12")
    parser.add_argument("--primary", default="e1000e")
    parser.add_argument("--failover", action="store_true")
    parser.add_argument("--kmod", action="store_true")
    parser.add_argument("--deb", type=Path)
    return parser.parse_args()


def main():
    chosen = options()
    print(f"In the guest, {PEER} is the peer and {GUEST} is for you to configure. `poweroff -f` ends it.")
    end_cleanly_on_sigterm()
    # Ctrl-C belongs to the guest.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    host = None
    try:
        host = Host(Machine(kernel=chosen.kernel, primary=chosen.primary, failover=chosen.failover or chosen.kmod,
                            kmod=chosen.kmod, deb=chosen.deb), terminal=True)
        print("\r")
        where(host)
        host.qemu.wait()
    except AssertionError as error:
        print(f"scripts/vm: {error}", file=sys.stderr)
        return 1
    finally:
        if host:
            host.close()
        if sys.stdin.isatty():
            subprocess.run(["stty", "sane"], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
