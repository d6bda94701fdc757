# SPDX-License-Identifier: GPL-2.0-only
"""Measurements of the product and its peers side by side. scripts/bench prepares and starts them."""
