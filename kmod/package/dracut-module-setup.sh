#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For dracut, the same as the hook for initramfs-tools: with our net_failover go fom.ko and the program that it starts.

check() {
	# shellcheck disable=SC2154 # kernel is dracut's
	modprobe --set-version="$kernel" --show-depends net_failover 2>/dev/null | grep -q '/fom\.ko'
}

installkernel() {
	instmods net_failover
}

install() {
	inst_binary /usr/lib/vf-failover/fom-netns
}
