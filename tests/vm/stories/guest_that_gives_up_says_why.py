# SPDX-License-Identifier: GPL-2.0-only
"""A guest that cannot be what a story needs ends at once, and its last words are heard before its kernel dies of that."""
import pytest

from harness.machine.host import Host


@pytest.mark.kernels("6.12")
@pytest.mark.machine(append="vf.modules=no_such_module")
def test_its_last_words_are_told(machine):
    with pytest.raises(AssertionError, match="init: FAILED: cannot load no_such_module"):
        Host(machine).close()
