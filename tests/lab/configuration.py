# SPDX-License-Identifier: GPL-2.0-only
"""What an administrator sets on an interface, beside its first address."""


def configure(guest):
    guest.run("ip", "address", "add", "192.0.2.7/25", "dev", "eth0", "label", "eth0:web")
    guest.run("ip", "route", "add", "198.51.100.0/24", "via", "10.77.0.1", "dev", "eth0", "metric", "77")
    guest.run("ip", "-6", "route", "add", "2001:db8::/32", "via", "fd77::1", "dev", "eth0")
    guest.run("ip", "neighbour", "add", "10.77.0.99", "lladdr", "52:54:00:77:00:99", "dev", "eth0", "nud", "permanent")
    guest.run("ip", "link", "set", "eth0", "mtu", "1400")
    guest.run("ip", "link", "set", "eth0", "alias", "to the world")
    guest.run("ip", "link", "property", "add", "dev", "eth0", "altname", "world0")
    guest.sysctl("net.ipv4.conf.eth0.rp_filter", 2)


def configuration(guest):
    """What the administrator had set, as `ip` tells it."""
    link = guest.ip("address", "show", "eth0")[0]
    return {
        "mac": link["address"], "mtu": link["mtu"], "alias": link.get("ifalias"), "altnames": link.get("altnames"),
        "addresses": sorted((a["local"], a["prefixlen"], a.get("label", "")) for a in link["addr_info"]
                            if a["scope"] == "global"),
        "routes": sorted(line.strip() for version in ("-4", "-6")
                         for line in guest.run("ip", version, "route", "show", "dev", "eth0").splitlines()
                         if not line.startswith("fe80::")),
        "neighbour": guest.run("ip", "neighbour", "show", "10.77.0.99", "dev", "eth0").strip(),
        "rp_filter": guest.run("sysctl", "-n", "net.ipv4.conf.eth0.rp_filter").strip(),
    }
