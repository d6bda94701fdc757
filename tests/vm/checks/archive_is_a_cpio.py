# SPDX-License-Identifier: GPL-2.0-only
"""The initramfs writer against a reader of the format."""
import io
import os
import stat

from harness.machine.archive import Archive


def members(data):
    """Name -> (mode, contents) of concatenated newc archives, as the kernel reads them (init/initramfs.c)."""
    found, at = {}, 0
    while at < len(data):
        if data[at] == 0:  # padding between archives
            at += 1
            continue
        assert at % 4 == 0 and data[at:at + 6] == b"070701", f"no header at {at}"
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[at + 110:at + 110 + name_size]
        assert name.endswith(b"\0")
        body = (at + 110 + name_size + 3) & ~3
        if name != b"TRAILER!!!\0":
            found[name[:-1].decode()] = (mode, data[body:body + size])
        at = (body + size + 3) & ~3
    return found


def test_a_tree_comes_out_as_it_went_in(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "odd").write_bytes(b"12345")
    os.chmod(tmp_path / "bin" / "odd", 0o750)
    os.symlink("bin/odd", tmp_path / "link")
    (tmp_path / "left-out").write_text("no")
    file = io.BytesIO()
    archive = Archive(file, into="usr")
    archive.tree(tmp_path, skip=("left-out",))
    archive.end()
    assert members(file.getvalue()) == {
        "usr/bin": (stat.S_IFDIR | stat.S_IMODE((tmp_path / "bin").stat().st_mode), b""),
        "usr/bin/odd": (stat.S_IFREG | 0o750, b"12345"),
        "usr/link": (stat.S_IFLNK | 0o777, b"bin/odd"),
    }


def test_a_later_archive_follows_where_the_kernel_looks(tmp_path):
    file = io.BytesIO()
    for number in ("one", "three3"):
        archive = Archive(file)
        archive.text(number, number)
        archive.end()
    assert members(file.getvalue()) == {name: (stat.S_IFREG | 0o644, name.encode()) for name in ("one", "three3")}
