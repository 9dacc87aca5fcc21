# SPDX-License-Identifier: Apache-2.0
"""lsyncd, which watches and lets rsync carry."""
from shell import first_line
from tools.rsync import PORT, start_daemon
from tools.tool import Tool


class Lsyncd(Tool):
    """Gathers for a second, the shortest time above none; 15 seconds are its default."""

    name, settings = "lsyncd", "default.rsync to an rsync daemon, delay = 1"
    delay, processes = 1, 1

    @classmethod
    def version(cls):
        return f"{first_line(['lsyncd', '--version'])}, {first_line(['rsync', '--version'])}"

    def start_server(self):
        start_daemon(self)

    def start_client(self):
        settings = self.write("lsyncd.lua", f"""\
settings {{ nodaemon = true, logfile = "{self.state}/lsyncd.log", maxProcesses = {self.processes}, insist = true }}
sync {{
    default.rsync, source = "{self.source}", target = "rsync://127.0.0.1:{PORT}/destination/",
    delay = {self.delay}, maxProcesses = {self.processes}, rsync = {{ archive = true, compress = false }}
}}
""")
        self.client = self.cell.spawn(["lsyncd", "-nodaemon", settings], log="client.log")


class LsyncdAtOnce(Lsyncd):
    """Gathers for no time at all."""

    name, settings = "lsyncd-at-once", "default.rsync to an rsync daemon, delay = 0, maxProcesses = 4"
    delay, processes = 0, 4
