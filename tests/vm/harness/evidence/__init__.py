# SPDX-License-Identifier: GPL-2.0-only
"""What is seen of a guest, and who judges it: traffic that is counted, calls, messages, the kernel's own findings."""
