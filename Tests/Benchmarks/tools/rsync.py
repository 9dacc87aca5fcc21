# SPDX-License-Identifier: Apache-2.0
"""rsync to its daemon, over loopback TCP."""
from shell import first_line
from tools.tool import Tool

PORT = 8730


def start_daemon(tool):
    """Starts a daemon that writes the destination of `tool` as its module `destination`. Without a chroot it would make
    absolute link targets relative."""
    settings = tool.write("rsyncd.conf", f"""\
port = {PORT}
address = 127.0.0.1
use chroot = yes
uid = root
gid = root
numeric ids = yes
log file = {tool.state}/rsyncd.log
[destination]
path = {tool.destination}
read only = false
munge symlinks = no
""")
    tool.server = tool.cell.spawn(["rsync", "--daemon", "--no-detach", f"--config={settings}"], log="server.log")
    tool.cell.network.wait_listening(PORT)


class Rsync(Tool):
    """Run once after each change."""

    name, settings, is_live = "rsync", "rsync -a --delete --no-whole-file to a daemon", False
    options = ("--no-whole-file",)

    @classmethod
    def version(cls):
        return first_line(["rsync", "--version"])

    def start_server(self):
        start_daemon(self)

    def sync(self):
        self.cell.run(["rsync", "-a", "--delete", *self.options, f"{self.source}/",
                       f"rsync://127.0.0.1:{PORT}/destination/"])


class RsyncWhole(Rsync):
    """The same without looking for what the destination has already."""

    name, settings, options = "rsync-whole", "rsync -a --delete --whole-file to a daemon", ("--whole-file",)
