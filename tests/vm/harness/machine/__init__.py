# SPDX-License-Identifier: GPL-2.0-only
"""The hypervisor and its guest: QEMU, what it boots, the hands in it, and what is done to it from outside."""
