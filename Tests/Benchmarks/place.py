# SPDX-License-Identifier: Apache-2.0
"""The directory in which everything happens, and what it has in it."""
import os
import shutil
import time


class Place:
    """One directory on one file system: templates that are made once, the source and the destination of the trial that
    runs, and finished trees."""

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.source = f"{self.path}/source"
        self.destination = f"{self.path}/destination"
        self.templates = f"{self.path}/templates"
        self.trash = f"{self.path}/trash"
        for directory in (self.path, self.templates, self.trash):
            os.makedirs(directory, exist_ok=True)

    def state(self, tool):
        """A new empty directory for the settings, records and logs of `tool`. Short: a socket's path has its limit."""
        directory = f"{self.path}/state/{tool}"
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        return directory

    def discard(self, tree):
        """Moves a finished tree aside. ext4 steps over every inode that was freed within the last minutes when it makes a
        new one, so that thousands of files made soon after thousands were removed take up to 15 times as long: what is
        finished is removed when everything is over. Large files hold few inodes and go at once."""
        if not os.path.isdir(tree):
            return
        for entry in os.scandir(tree):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_size > 64 << 20:
                os.unlink(entry.path)
        os.rename(tree, f"{self.trash}/{time.time_ns()}")

    def empty_trash(self):
        """Removes what was discarded."""
        shutil.rmtree(self.trash, ignore_errors=True)
        os.makedirs(self.trash)
