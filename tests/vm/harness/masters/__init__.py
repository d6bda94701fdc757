# SPDX-License-Identifier: GPL-2.0-only
"""What makes one device of the guest's two NICs: each of our backends, and those of others."""
