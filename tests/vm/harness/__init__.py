# SPDX-License-Identifier: GPL-2.0-only
"""A guest under QEMU, a fabric of namespaces around it, and what stories need to judge them."""
