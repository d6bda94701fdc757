# SPDX-License-Identifier: GPL-2.0-only
"""The moment at which a guest lets a device go, out of QEMU's log."""
from harness.machine.qemu import LET_GO_AT

LOG = """2026-11-21T00:21:59.123456Z qemu-system-x86_64: warning: something else
4711@1795220519.120001:acpi_pci_eject_slot bsel: 0 slot: 1
4711@1795220519.120007:acpi_pci_eject_slot_other bsel: 0 slot: 1
4711@1795220524.800000:acpi_pci_eject_slot bsel: 0 slot: 1
"""


def test_each_is_found_with_its_time():
    assert LET_GO_AT.findall(LOG) == ["1795220519.120001", "1795220524.800000"]
