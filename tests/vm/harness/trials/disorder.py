# SPDX-License-Identifier: GPL-2.0-only
"""What can happen to a guest with our kernel module, in any order, and what is to be seen afterwards.

A step is drawn from what is possible in the state that is kept here, and from nothing else: the same seed gives the same
steps whatever the guest does and however long it takes.
"""
from .. import wait

ACCEPTED = (1280, 1400, 1500, 4000, 9000)
REFUSED = (67, 70000)  # below the least; above the most
REFUSED_BY_PRIMARY = (9600, 60000)  # virtio_net would take them
NAMES = ("eth0", "wan0", "uplink")
HOUR = 3600 * 1000  # milliseconds
AT_ONCE = 2  # VLANs, macvlans, masters of an administrator's: so many of each

HELPERS = ("8021q", "macvlan", "dummy", "veth")

# A cache that is shrunk gives back what waits in processors' lists and in KASAN's quarantine: what is left is in use.
NAMESPACES = "cd /sys/kernel/slab/net_namespace && echo 1 >shrink && cut -d' ' -f1 objects"


def await_namespaces(guest, number):
    """The kernel has so many network namespaces besides the first, whoever holds them."""
    # One's memory is freed when the next one goes (cleanup_net(), net_complete_free()): one more goes, and is left.
    guest.sh("ip netns add last && ip netns del last")
    wait.until(f"{number} network namespaces and one freed last", lambda: int(guest.sh(NAMESPACES)) == number + 1, 30, 0.2)


class Team:
    """A master that an administrator made, with a member of its own."""

    def __init__(self, number, kind, place):
        self.master = f"fom{number}"
        self.member = f"member{number}"
        self.kind = kind    # of the member: dummy or veth
        self.place = place  # "here"; "there": both in a namespace; "moved": the member goes to one when it is a slave
        self.namespace = f"team{number}"

    def make(self):
        ip = f"ip -n {self.namespace}" if self.place == "there" else "ip"
        yield f"{ip} link add {self.master} type fom"
        yield f"{ip} link add {self.member} type {self.kind}" + (f" peer name far{self.member}" if self.kind == "veth" else "")
        yield f"{ip} link set {self.member} master {self.master}"
        yield f"{ip} link set {self.master} up"
        if self.place == "moved":
            yield f"ip link set {self.member} netns {self.namespace}"

    def shown(self, loaded=True):
        if self.place == "there":
            return set()
        names = {self.master} if loaded else set()
        if self.place == "here":
            names.add(self.member)
        if self.kind == "veth":
            names.add(f"far{self.member}")
        return names


class Disorder:
    def __init__(self, host, kmod, daemon, rng):
        self._host = host
        self._guest = host.guest
        self._kmod = kmod
        self._daemon = daemon
        self._rng = rng
        self._made = 0  # things with a number of their own
        self._address = None
        self._begin()
        self._guest.sh(f"for module in {' '.join(HELPERS)}; do modprobe $module || exit 1; done; ip link del dummy0")

    def _begin(self):
        self._plugged = self._bound = self._up = True
        self._cables = {"standby": True, "primary": True}
        self._doubted = set()
        self._forgivable = set()  # doubted while failoverd ran
        self._promisc = False
        self._mtu = 1500
        self._vlans, self._macvlans, self._teams = [], [], []

    # ---- what can happen ----

    def possible(self):
        """(weight, what, its arguments)"""
        draw = self._rng
        yield 4, self.unplug if self._plugged else self.plug, ()
        if self._plugged:
            yield 3, self.unbind if self._bound else self.bind, ()
        yield 6, self.switch_cable, (draw.choice(["standby", "primary"] if self._plugged else ["standby"]),)
        yield 4, self.switch_trust, (draw.choice(["standby", "primary"] if self._plugged and self._bound else ["standby"]),)
        yield 3, self.switch_master, ()
        yield 3, self.change_mtu, (draw.choice(ACCEPTED),)
        # That the primary carries has been seen: it is there to refuse.
        yield 2, self.try_mtu, (draw.choice(REFUSED + REFUSED_BY_PRIMARY if self.path() == "primary" else REFUSED),)
        yield 2, self.switch_promisc, ()
        yield 2, self.rename, (draw.choice(NAMES),)
        if len(self._vlans) < AT_ONCE:
            yield 2, self.add_vlan, ()
        if self._vlans:
            yield 2, self.del_vlan, (draw.choice(self._vlans),)
        if len(self._macvlans) < AT_ONCE:
            yield 2, self.add_macvlan, ()
        if self._macvlans:
            yield 2, self.del_macvlan, (draw.choice(self._macvlans), draw.choice(["device", "namespace"]))
        if len(self._teams) < AT_ONCE:
            yield 2, self.add_team, (draw.choice(["dummy", "veth"]), draw.choice(["here", "there", "moved"]))
        if self._teams:
            yield 3, self.del_team, (draw.randrange(len(self._teams)), draw.choice(["master", "member", "leave"]))
        if self._daemon.runs:
            yield 3, self.stop_daemon, (draw.choice(["killed", "ended"]),)
        else:
            yield 3, self.start_daemon, ()
        yield 1, self.reload, ()

    def draw(self):
        """The next step: (its title, what does it)."""
        choices = list(self.possible())
        _, what, arguments = self._rng.choices(choices, [weight for weight, *_ in choices])[0]
        return " ".join([what.__name__, *map(str, arguments)]), lambda: what(*arguments)

    def unplug(self):
        self._host.unplug()
        self._plugged = False
        self._doubted.discard("primary")

    def plug(self):
        # A NIC does not notice that the cable it is put on is cut.
        self._cable("primary", True)
        self._host.plug()
        self._plugged = self._bound = True

    def unbind(self):
        folder = f"/sys/bus/pci/drivers/{self._host.qemu.driver}"
        # The driver may be about to get a device that was just plugged.
        self._address = wait.until("the primary to have its driver", lambda: self._guest.sh(
            f"cd {folder} && ls -d 0000:* 2>/dev/null || true").strip(), 15)
        self._guest.sh(f"echo {self._address} >{folder}/unbind")
        self._bound = False
        self._doubted.discard("primary")

    def bind(self):
        self._guest.sh(f"echo {self._address} >/sys/bus/pci/drivers/{self._host.qemu.driver}/bind")
        self._bound = True

    def _cable(self, role, up):
        self._host.carrier(role, up)
        self._cables[role] = up

    def switch_cable(self, role):
        self._cable(role, not self._cables[role])

    def switch_trust(self, role):
        self._doubted ^= {role}
        self._kmod.doubt(role, HOUR if role in self._doubted else 0)

    def _set(self, *words, check=True):
        return self._guest.run("ip", "link", "set", self._kmod.name, *words, check=check)

    def switch_master(self):
        self._up = not self._up
        self._set("up" if self._up else "down")

    def change_mtu(self, mtu):
        # A primary that has just been plugged is asked too, or takes the master's when it comes.
        self._set("mtu", mtu)
        self._mtu = mtu

    def try_mtu(self, mtu):
        answer = self._set("mtu", mtu, check=False)
        assert answer.rc != 0, f"an MTU of {mtu} was accepted"

    def switch_promisc(self):
        self._promisc = not self._promisc
        self._set("promisc", "on" if self._promisc else "off")

    def rename(self, name):
        self._kmod.rename(name)
        self._up = True

    def _number(self):
        self._made += 1
        return self._made

    def add_vlan(self):
        tag = self._number() % 4000 + 1
        name = f"vlan{tag}"
        # What is on a closed device cannot be opened.
        self._guest.sh(f"ip link add link {self._kmod.name} name {name} type vlan id {tag}"
                       + (f" && ip link set {name} up" if self._up else ""))
        self._vlans.append(name)

    def del_vlan(self, name):
        self._guest.run("ip", "link", "del", name)
        self._vlans.remove(name)

    def add_macvlan(self):
        name = f"mac{self._number()}"
        self._guest.sh(f"ip netns add {name} && ip link add link {self._kmod.name} name {name} netns {name} type macvlan"
                       f" mode bridge" + (f" && ip -n {name} link set {name} up" if self._up else ""))
        self._macvlans.append(name)

    def del_macvlan(self, name, by):
        self._guest.sh((f"ip -n {name} link del {name} && " if by == "device" else "") + f"ip netns del {name}")
        self._macvlans.remove(name)

    def add_team(self, kind, place):
        team = Team(self._number(), kind, place)
        if place != "here":
            self._guest.run("ip", "netns", "add", team.namespace)
        self._guest.sh(" && ".join(team.make()))
        self._teams.append(team)

    def del_team(self, number, by):
        """The master first, the member first, or after it has left; where a namespace has both, that goes first."""
        team = self._teams.pop(number)
        if team.place == "here":
            words = {"master": [team.master, team.member], "member": [team.member, team.master],
                     "leave": [team.member, team.master]}[by]
            if by == "leave":
                self._guest.run("ip", "link", "set", team.member, "nomaster")
            for name in words:
                self._guest.run("ip", "link", "del", name)
            return
        if team.place == "moved" and by == "master":
            self._guest.run("ip", "link", "del", team.master)
        self._guest.run("ip", "netns", "del", team.namespace)
        if team.place == "moved" and by != "master":
            self._guest.run("ip", "link", "del", team.master)
        # With a veth in a namespace, the end that is here goes when the kernel has come to it.
        self._await_shown()

    def start_daemon(self):
        self._daemon.start()
        self._daemon.await_answer()

    def stop_daemon(self, how):
        """Until then it has known what the guest is reached by."""
        def knows():
            slaves = self._slaves()
            told = next((slave["role"] for slave in slaves if slave["health"] == "active"), None)
            return told == self.path(self._still_doubted(slaves))

        try:
            wait.until("failoverd to tell it", knows, 20)
        except wait.TooLate as late:
            raise AssertionError(f"{self.path()} carries, failoverd tells {self._daemon.masters()}") from late
        (self._daemon.kill if how == "killed" else self._daemon.end)()

    def _slaves(self):
        """As failoverctl tells of them, with failoverd or without."""
        return next(master["slaves"] for master in self._daemon.masters() if master["name"] == self._kmod.name)

    def _still_doubted(self, slaves):
        """Of the doubted: failoverd has one trusted again when a neighbour answers by it."""
        told = {slave["role"] for slave in slaves if slave["doubted_until"]}
        return {role for role in self._doubted if role in told or role not in self._forgivable}

    def reload(self):
        """Everything is unloaded as it stands, and loaded when both NICs are there again."""
        self.unload()
        if not self._plugged:
            self.plug()
        for role in self._cables:
            self._cable(role, True)
        self._begin()
        self._kmod.load()
        self._kmod.begin()

    def unload(self):
        """What was on the master has gone with it; what remains is an administrator's own."""
        self._kmod.unload()
        left = {"lo"}.union(*(team.shown(loaded=False) for team in self._teams))
        wait.until(f"only {sorted(left)} to be shown", lambda: self._kmod.shown() == left, 15)
        for team in self._teams:
            if team.place == "here":
                self._guest.run("ip", "link", "del", team.member)
            else:
                self._guest.run("ip", "netns", "del", team.namespace)
        for name in self._macvlans:
            self._guest.run("ip", "netns", "del", name)
        self._kmod.name = None
        wait.until("only lo to be shown", lambda: self._kmod.shown() == {"lo"}, 15)

    # ---- what is to be seen ----

    def expected(self):
        return {"lo", self._kmod.name, *self._vlans}.union(*(team.shown() for team in self._teams))

    def _await_shown(self):
        expected = self.expected()
        wait.until(f"{sorted(expected)} and nothing else to be shown", lambda: self._kmod.shown() == expected, 15)

    def path(self, doubted=None):
        """The NIC that is to carry, or None, if those are doubted; not given: that were to be."""
        doubted = self._doubted if doubted is None else doubted
        if not self._up:
            return None
        able = [role for role in ("primary", "standby")
                if self._cables[role] and (role == "standby" or (self._plugged and self._bound))]
        return min(able, key=lambda role: role in doubted, default=None)

    def check(self):
        self._forgivable &= self._doubted
        if self._daemon.runs:
            self._forgivable |= self._doubted
        (shown, links), expected = self._kmod.look(), self.expected()
        assert shown == expected, f"the guest shows {sorted(shown)}, expected {sorted(expected)}"
        link = links[self._kmod.name]
        assert ("UP" in link["flags"]) is self._up, f"up should be {self._up}: {link}"
        assert link["mtu"] == self._mtu, f"the MTU should be {self._mtu}: {link}"
        assert (link["promiscuity"] > 0) >= self._promisc, f"not promiscuous: {link}"
        if role := self.path():
            self._await_answer(role)
        elif "LOWER_UP" in link["flags"]:
            self._guest.await_carrier(self._kmod.name, False)

    def _await_answer(self, role):
        try:
            self._host.await_answer(role, seconds=30)
        except wait.TooLate as late:
            if (other := self.path(self._still_doubted(self._slaves()))) != role:
                return self._host.await_answer(other, seconds=30)
            told = self._guest.run("failoverctl", "list", check=False).stdout
            links = self._guest.run("ip", "-statistics", "-details", "link", "show", check=False).stdout
            way = "reaches" if self._host.reaches() else "does not reach"
            raise wait.TooLate(f"{late}; the fabric has it at its {self._kmod.active()}, it {way} the peer; doubted "
                               f"{sorted(self._doubted)}, cables {self._cables}\n{told}\n{links}") from late

    def settle(self):
        """Everything that was made is taken away, everything that was cut is mended."""
        while self._teams:
            self.del_team(0, "master")
        for name in list(self._vlans):
            self.del_vlan(name)
        for name in list(self._macvlans):
            self.del_macvlan(name, "namespace")
        if not self._plugged:
            self.plug()
        elif not self._bound:
            self.bind()
        for role in self._cables:
            self._cable(role, True)
        for role in sorted(self._doubted):
            self.switch_trust(role)
        if not self._up:
            self.switch_master()
        self.check()
        if self._daemon.runs:
            self.stop_daemon("ended")
