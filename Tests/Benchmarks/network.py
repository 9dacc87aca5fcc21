# SPDX-License-Identifier: Apache-2.0
"""A network namespace with nothing but a loopback: its counter is what one tool put on the wire, ports never collide, and
nothing leaves the machine."""
import os
import subprocess
import time

# The words that let a command die with this process, however this process ends: prctl(2), PR_SET_PDEATHSIG.
TIED = ["setpriv", "--pdeathsig", "KILL"]


class Network:
    """The namespace, held by a process of ours and gone with it."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", *TIED, "sh", "-c", "ip link set lo up && exec sleep infinity"],
            stdin=subprocess.DEVNULL, start_new_session=True)
        self.path = f"/proc/{self.holder.pid}/ns/net"
        end = time.monotonic() + 10
        # The holder is in the old namespace for a moment, and its loopback is down for another.
        while os.stat(self.path).st_ino == os.stat("/proc/self/ns/net").st_ino or not self.is_up():
            if time.monotonic() > end or self.holder.poll() is not None:
                raise RuntimeError("no network namespace could be made; this takes root and ip(8)")
            time.sleep(0.005)

    def is_up(self):
        """Whether the loopback has its address."""
        with open(f"/proc/{self.holder.pid}/net/fib_trie") as table:
            return "127.0.0.1" in table.read()

    def enter(self, command):
        """The words that run `command` in the namespace."""
        return ["nsenter", f"--net={self.path}", "--", *TIED, *command]

    def wire(self):
        """The bytes that went over the loopback so far: contents, headers of TCP and IP, and acknowledgements, in both
        directions."""
        with open(f"/proc/{self.holder.pid}/net/dev") as table:
            for line in table:
                name, _, counters = line.strip().partition(":")
                if name == "lo":
                    return int(counters.split()[8])
        return 0

    def wait_listening(self, port, limit=60):
        """Returns when a process of the namespace listens on `port`."""
        end = time.monotonic() + limit
        while not self._listens(port):
            if time.monotonic() > end:
                raise RuntimeError(f"nobody listens on port {port} after {limit} s")
            time.sleep(0.02)

    def _listens(self, port):
        for family in ("tcp", "tcp6"):
            with open(f"/proc/{self.holder.pid}/net/{family}") as table:
                for line in table.readlines()[1:]:
                    words = line.split()
                    if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                        return True
        return False

    def close(self):
        """Lets go of the namespace."""
        self.holder.kill()
        self.holder.wait()
