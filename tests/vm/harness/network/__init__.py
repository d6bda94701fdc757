# SPDX-License-Identifier: GPL-2.0-only
"""What the guest is connected to: a fabric of namespaces, and who lives there."""
