# SPDX-License-Identifier: GPL-2.0-only
"""What guests are put through in more than one story."""
