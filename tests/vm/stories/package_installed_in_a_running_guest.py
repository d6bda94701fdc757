# SPDX-License-Identifier: GPL-2.0-only
"""The package is installed in a guest that runs and is configured, and removed again. It takes over what is there and
gives it back.

    peer, DHCP -- br0 -- tap0 -- virtio-net (standby) -+
                    `--- tap1 -- e1000e     (primary) -+- enp1s0, configured by systemd-networkd
"""
