# SPDX-License-Identifier: GPL-2.0-only
"""A guest with very many pairs of NICs. One cable cut takes all primaries at once; every master finds its standby."""
from lab import wait_for

MASTERS = 64


def batch(namespace, lines):
    namespace.path("/run/batch").write_text("\n".join(lines) + "\n")
    namespace.run("ip", "-batch", "/run/batch")


def mac(number):
    return f"52:54:00:78:00:{number:02x}"


def wire(lab):
    """Pairs s0/p0, s1/p1..., each cable with a port of the switch."""
    guest = lab.guest.pid
    lines = []
    for n in range(MASTERS):
        for role in "sp":
            lines.append(f"link add port-{role}{n} type veth peer name {role}{n} netns {guest} address {mac(n)}")
            lines.append(f"link set port-{role}{n} master br0 up")
    batch(lab.fabric, lines)
    batch(lab.guest, [f"link set s{n} up" for n in range(MASTERS)])


CONFIG = "".join(f"""[[master]]
name = "s{n}"
standby = {{ name = "s{n}" }}
primary = {{ name = "p{n}" }}
""" for n in range(MASTERS))


def roles(lab):
    """How many masters have which active slave."""
    found = {}
    for master in lab.daemon.masters():
        role = next((slave["role"] for slave in master["slaves"] if slave["name"] == master["active"]), None)
        found[role] = found.get(role, 0) + 1
    return found


def switches(lab):
    return {master["name"]: master["switches"] for master in lab.daemon.masters()}


def test_all_of_them_form_and_all_of_them_switch(lab):
    wire(lab)
    lab.daemon.start(CONFIG, seconds=300)
    wait_for(lambda: roles(lab) == {"primary": MASTERS}, "every primary to be active", seconds=300)
    # Their own two NICs stand outside, as no rule speaks of them.
    assert sorted(lab.guest.links()) == sorted(["lo", "eth0", "eth1", *(f"s{n}" for n in range(MASTERS))])
    before = switches(lab)
    batch(lab.fabric, [f"link set port-p{n} down" for n in range(MASTERS)])
    wait_for(lambda: roles(lab) == {"standby": MASTERS}, "every standby to be active", seconds=300)
    assert switches(lab) == {name: count + 1 for name, count in before.items()}
    batch(lab.fabric, [f"link set port-p{n} up" for n in range(MASTERS)])
    wait_for(lambda: roles(lab) == {"primary": MASTERS}, "every primary to be active again", seconds=300)
    assert switches(lab) == {name: count + 2 for name, count in before.items()}
    lab.daemon.kill()
    lab.daemon.start(CONFIG, seconds=300)
    assert roles(lab) == {"primary": MASTERS}
    assert switches(lab) == {name: count + 2 for name, count in before.items()}
    assert lab.daemon.stop() == 0
    lab.daemon.release()
    assert len(lab.guest.links()) == 3 + 2 * MASTERS
