# SPDX-License-Identifier: GPL-2.0-only
"""What stories of guests are told with: `machine` (QEMU and its guest), `network` (what the guest is connected to),
`masters` (what makes one device of its two NICs), `evidence` (what is seen of it, and who judges that), `trials` (what more
than one story puts it through). Here: what all of them use."""
