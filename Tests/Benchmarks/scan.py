# SPDX-License-Identifier: Apache-2.0
"""Reads a tree."""
import os
import stat
from collections import namedtuple

Entry = namedtuple("Entry", "kind size target mode modified changed inode")


def scan(root, ignored=()):
    """The entries below `root` by their paths, but those of `ignored` at its top; '' is the root itself. Times are in
    nanoseconds. What vanishes meanwhile is left out."""
    entries = {"": _entry(root, os.lstat(root))}
    directories = [("", root)]
    while directories:
        above, directory = directories.pop()
        try:
            names = os.scandir(directory)
        except OSError:
            continue
        with names:
            for name in names:
                path = f"{above}/{name.name}" if above else name.name
                if path in ignored:
                    continue
                try:
                    entry = _entry(name.path, name.stat(follow_symlinks=False))
                except OSError:
                    continue
                entries[path] = entry
                if entry.kind == "directory":
                    directories.append((path, name.path))
    return entries


def _entry(path, status):
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISDIR(status.st_mode):
        return Entry("directory", 0, None, mode, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", 0, os.readlink(path), 0, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    kind = "file" if stat.S_ISREG(status.st_mode) else "other"
    return Entry(kind, status.st_size, None, mode, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
