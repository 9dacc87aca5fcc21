# SPDX-License-Identifier: Apache-2.0
"""inotify_copy.py SOURCE DESTINATION

The floor of latency: inotify, read the source, write the destination. One process, no network, nothing that is safe: the
destination is written in place, nothing is synced, and an event that is lost stays lost."""
import ctypes
import os
import shutil
import struct
import sys

CLOSE_WRITE, MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x8, 0x40, 0x80, 0x100, 0x200
OVERFLOW, IS_DIRECTORY = 0x4000, 0x40000000
EVENTS = CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE
HEADER = struct.Struct("iIII")


class Mirror:
    """Copies what happens from its start on."""

    def __init__(self, source, destination):
        self.source, self.destination = source, destination
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.queue = self.libc.inotify_init1(0)
        self.watched = {}
        self.moved = {}

    def watch(self, path, copying):
        """Watches a directory and those below it."""
        place = os.path.join(self.source, path)
        self.watched[self.libc.inotify_add_watch(self.queue, os.fsencode(place), EVENTS)] = path
        os.makedirs(os.path.join(self.destination, path), exist_ok=True)
        for entry in os.scandir(place):
            below = os.path.join(path, entry.name)
            if entry.is_dir(follow_symlinks=False):
                self.watch(below, copying)
            elif copying:
                self.put(below)

    def put(self, path):
        """Copies a file."""
        with open(os.path.join(self.source, path), "rb") as file:
            content = file.read()
        with open(os.path.join(self.destination, path), "wb") as file:
            file.write(content)

    def run(self):
        """Copies for ever."""
        self.watch("", copying=False)
        while True:
            events = os.read(self.queue, 1 << 16)
            offset = 0
            while offset < len(events):
                watch, mask, cookie, length = HEADER.unpack_from(events, offset)
                offset += HEADER.size
                name = os.fsdecode(events[offset:offset + length].rstrip(b"\0"))
                offset += length
                if watch in self.watched and not mask & OVERFLOW:
                    try:
                        self.follow(os.path.join(self.watched[watch], name), mask, cookie)
                    except OSError:
                        pass

    def follow(self, path, mask, cookie):
        """Does at the destination what an event tells."""
        place = os.path.join(self.destination, path)
        if mask & MOVED_FROM:
            self.moved[cookie] = path
        elif mask & MOVED_TO and cookie in self.moved:
            os.rename(os.path.join(self.destination, self.moved.pop(cookie)), place)
        elif mask & CREATE and mask & IS_DIRECTORY:
            self.watch(path, copying=True)
        elif mask & (CLOSE_WRITE | MOVED_TO):
            self.put(path)
        elif mask & DELETE and mask & IS_DIRECTORY:
            shutil.rmtree(place)
        elif mask & DELETE:
            os.unlink(place)


if __name__ == "__main__":
    Mirror(*sys.argv[1:3]).run()
