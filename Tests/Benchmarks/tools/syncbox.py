# SPDX-License-Identifier: Apache-2.0
"""Syncbox itself, with its default settings but that no pattern ignores anything."""
import http.client
import json
import os
import socket
import time

from shell import first_line, shell
from tools.tool import Tool

PORT = 8760
# Where the three programs are; `packaging/bench` says.
BINARIES = os.environ.get("SYNCBOX_BINARIES", "/usr/bin")


class Syncbox(Tool):
    """Both daemons, without a service manager."""

    name, settings = "syncbox", "durability = durable"
    durability = "durable"
    ignored = (".syncbox",)

    @classmethod
    def version(cls):
        return first_line([f"{BINARIES}/syncbox", "--version"])

    def prepare(self):
        key = f"{self.state}/key"
        section = shell([f"{BINARIES}/syncbox", "key", "new", "bench", "--share", "bench", "--output", key])
        for side in ("server", "client"):
            os.makedirs(f"{self.state}/{side}", mode=0o700)
        self.write("server.conf", f"""\
[server]
listen = 127.0.0.1:{PORT}
state-directory = {self.state}/server

[share:bench]
path = {self.destination}
durability = {self.durability}

{section}
""")
        self.write("client.conf", f"""\
[client]
source = {self.source}
server = http://127.0.0.1:{PORT}
share = bench
key-file = {key}
state-directory = {self.state}/client

[ignore]
patterns =
""")

    def start_server(self):
        self.server = self._start("server")
        self.cell.network.wait_listening(PORT)

    def start_client(self):
        self.client = self._start("client")

    def wait_confirmed(self):
        self.control().wait()

    def _start(self, side):
        return self.cell.spawn(
            [f"{BINARIES}/syncbox-{side}", "--config", f"{self.state}/{side}.conf"], log=f"{side}.log")

    def control(self):
        """A connection to the client's control socket; retried for as long as a start may take."""
        connection = Control(f"{self.state}/client/control.sock")
        end = time.monotonic() + 10
        while True:
            try:
                connection.connect()
                return connection
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def state_size(self):
        """The bytes of the records of both sides on disk."""
        return sum(
            os.lstat(f"{directory}/{name}").st_size
            for side in ("server", "client")
            for directory, _, names in os.walk(f"{self.state}/{side}") for name in names)


class SyncboxRelaxed(Syncbox):
    """The same, acknowledging before it has synced."""

    name, settings, durability = "syncbox-relaxed", "durability = relaxed", "relaxed"


class Control(http.client.HTTPConnection):
    """HTTP over a daemon's control socket, on one kept connection: what `syncbox status` and `syncbox wait` ask, without
    the start of a program each time."""

    def __init__(self, path):
        super().__init__("localhost", timeout=900)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, name, body=None):
        """The answer of `method` /v1/`name`, decoded."""
        self.request(method, f"/v1/{name}", body and json.dumps(body))
        answer = self.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{name} was answered with {answer.status}: {text[:300]}")
        return json.loads(text)

    def status(self):
        """What `syncbox status --json` prints."""
        return self.ask("GET", "status")

    def wait(self, seconds=600):
        """Returns when everything done in the source so far is acknowledged."""
        answer = self.ask("POST", "wait", {"milliseconds": int(seconds * 1000)})
        if not answer["isDone"]:
            raise RuntimeError(f"not everything arrived within {seconds} s")
        return answer["status"]
