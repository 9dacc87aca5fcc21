# SPDX-License-Identifier: Apache-2.0
"""Compares two trees, whatever the tool says about them."""
from scan import scan

BLOCK = 1 << 20
MOST_CONTENTS_TOLD = 50


class Comparison:
    """Names, kinds, sizes, link targets, and every byte of every file. Pairs of files that were found equal, and have the
    same inode, size and times on both sides since, are not read again unless everything is asked for."""

    def __init__(self, source, destination, ignored=()):
        self.source, self.destination, self.ignored = source, destination, set(ignored)
        # Where a file was changed, by its path: (offset, length), read first, since that decides soonest.
        self.hints = {}
        # Whether files with different modification times differ.
        self.times_count = False
        self._equal = {}
        self.source_entries = None
        # The kernel's stamp of the last change within the destination, in nanoseconds.
        self.last_change = 0

    def differences(self, everything=False, source_rests=False):
        """The paths that differ, by the kind of the difference; empty for equal trees. Contents are read where names and
        sizes agree, or everywhere by `everything`. With `source_rests` the source is not read again."""
        if not source_rests or self.source_entries is None:
            self.source_entries = scan(self.source, self.ignored)
        source, destination = self.source_entries, scan(self.destination, self.ignored)
        self.last_change = max(entry.changed for entry in destination.values())
        found = {"missing": [], "extra": [path for path in destination if path not in source]}
        for path, entry in source.items():
            other = destination.get(path)
            difference = "missing" if other is None else self._difference(entry, other)
            if difference:
                found.setdefault(difference, []).append(path)
        found = {kind: paths for kind, paths in found.items() if paths}
        if everything or not found:
            contents = self._contents(source, destination, everything)
            if contents:
                found["content"] = contents
        return found

    def _difference(self, entry, other):
        if entry.kind != other.kind:
            return "kind"
        if entry.kind == "file" and entry.size != other.size:
            return "size"
        if entry.target != other.target:
            return "target"
        # Whole seconds: not every tool carries more.
        if self.times_count and entry.kind == "file" and entry.modified // 10**9 != other.modified // 10**9:
            return "time"
        return None

    def _contents(self, source, destination, everything):
        found = []
        for path, entry in source.items():
            other = destination.get(path)
            if entry.kind != "file" or other is None or other.kind != "file" or entry.size != other.size:
                continue
            pair = (entry, other)
            if not everything and self._equal.get(path) == pair:
                continue
            if _same_bytes(f"{self.source}/{path}", f"{self.destination}/{path}", self.hints.get(path)):
                self._equal[path] = pair
            else:
                found.append(path)
                if not everything and len(found) > MOST_CONTENTS_TOLD:
                    break
        return found

    def metadata(self):
        """How many entries have another mode, and how many files another modification time by the second: not every tool
        promises these."""
        destination = scan(self.destination, self.ignored)
        pairs = [(entry, destination[path]) for path, entry in self.source_entries.items() if path in destination and path]
        return {
            "mode": sum(entry.mode != other.mode for entry, other in pairs),
            "time": sum(entry.modified // 10**9 != other.modified // 10**9
                        for entry, other in pairs if entry.kind == "file"),
        }


def _same_bytes(one, other, hint):
    try:
        with open(one, "rb", buffering=0) as left, open(other, "rb", buffering=0) as right:
            if hint is not None:
                offset, length = hint
                left.seek(offset)
                right.seek(offset)
                if left.read(length) != right.read(length):
                    return False
                left.seek(0)
                right.seek(0)
            while True:
                block = left.read(BLOCK)
                if block != right.read(BLOCK):
                    return False
                if not block:
                    return True
    except OSError:
        return False
