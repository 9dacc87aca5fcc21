# SPDX-License-Identifier: Apache-2.0
"""What costs least, and promises nothing: copying without a network, without records, and without syncing."""
import os
import sys

from shell import first_line
from tools.tool import Tool


class Copy(Tool):
    """cp -a."""

    name, settings, is_live = "cp", "cp -a", False

    @classmethod
    def version(cls):
        return first_line(["cp", "--version"])

    def sync(self):
        self.cell.run(["cp", "-a", f"{self.source}/.", f"{self.destination}/"])


class Tar(Tool):
    """tar into tar."""

    name, settings, is_live = "tar", "tar -c | tar -x", False

    @classmethod
    def version(cls):
        return first_line(["tar", "--version"])

    def sync(self):
        self.cell.run(["sh", "-c", 'tar -C "$0" -cf - . | tar -C "$1" -xf -', self.source, self.destination])


class Inotify(Tool):
    """The least that a live mirror can do: see `inotify_copy.py`."""

    name, settings, mirrors_old = "inotify", "a loop from inotify to write(2)", False

    @classmethod
    def version(cls):
        return "Python " + sys.version.split()[0]

    def start_client(self):
        script = f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/inotify_copy.py"
        self.client = self.cell.spawn([sys.executable, script, self.source, self.destination])
