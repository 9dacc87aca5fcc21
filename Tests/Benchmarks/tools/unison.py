# SPDX-License-Identifier: Apache-2.0
"""Unison over loopback TCP, with its watcher where there is one."""
import os
import shutil

from shell import first_line
from tools.tool import Tool

PORT = 8740


class Unison(Tool):
    """One direction by `-force`. Debian has no `unison-fsmonitor`; without it Unison can only look again and again, and
    `-repeat 1` is the shortest pause that it takes."""

    name = "unison"
    has_watcher = shutil.which("unison-fsmonitor") is not None
    rests = has_watcher
    repeat = "watch" if has_watcher else "1"
    settings = f"-batch -force SOURCE -times -repeat {repeat}" + ("" if has_watcher else " (Debian has no watcher for it)")

    @classmethod
    def version(cls):
        return first_line(["unison", "-version"])

    def start_server(self):
        self.server = self._start("server", ["unison", "-socket", PORT, "-listen", "127.0.0.1"])
        self.cell.network.wait_listening(PORT)

    def start_client(self):
        self.client = self._start("client", [
            "unison", self.source, f"socket://127.0.0.1:{PORT}/{self.destination}", "-batch", "-auto",
            "-repeat", self.repeat, "-force", self.source, "-confirmbigdel=false", "-times", "-silent",
            "-logfile", f"{self.state}/unison.log"])

    def _start(self, side, words):
        archives = f"{self.state}/{side}"
        os.makedirs(archives, exist_ok=True)
        return self.cell.spawn(words, log=f"{side}.log", environment={"UNISON": archives})
