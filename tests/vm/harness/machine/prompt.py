# SPDX-License-Identifier: GPL-2.0-only
"""A guest held for a person: shell lines go into the guest, a few words to the hypervisor."""

HELP = """:unplug :plug :off :on   pull, plug, cut, mend the primary        :console   the console's last lines
:where                   where people find the namespaces        :quit      let the story end
Anything else is a line for the guest's shell."""


def offer(host, title):
    print(f"\n{title}: the guest is held.\n{HELP}")
    verbs = {":unplug": host.unplug, ":plug": host.plug, ":off": lambda: host.carrier("primary", False),
             ":on": lambda: host.carrier("primary", True), ":console": lambda: print(host.qemu.console_tail()),
             ":where": lambda: where(host), ":help": lambda: print(HELP)}
    while True:
        try:
            line = input("guest# ").strip()
        except EOFError:
            return
        if line == ":quit":
            return
        if not line:
            continue
        try:
            if line.startswith(":"):
                verbs.get(line, verbs[":help"])()
            else:
                print(repr(host.guest.run("sh", "-c", line, check=False, seconds=60)))
        except AssertionError as error:
            print(error)


def where(host):
    print(f"fabric:  nsenter -t {host.fabric.switch.pid} -n\npeer:    nsenter -t {host.fabric.peer.pid} -n\n"
          f"QEMU:    process {host.qemu.pid}\nconsole: {host.qemu.console_log}")
