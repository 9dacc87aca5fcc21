# SPDX-License-Identifier: Apache-2.0
"""One tool under one workload: fresh directories, a fresh start, and the counting between `begin` and `end`."""
import os
import time

from cell import Cell
from comparison import Comparison
from convergence import wait_equal
from noise import Noise
from shell import shell

PROBE = "bench-probe"
# How long a probe may take before another is sent: some tools miss what happens while they start.
PROBE_SECONDS = (3, 3, 3, 20)
READY_LIMIT = 420
# How long a tool that never rests is let be before it is measured.
RESTLESS_SECONDS = 20
FULL_COMPARISON_LIMIT = 50_000


class Trial:
    """A context: leaving it ends every process and moves the trees aside."""

    def __init__(self, place, tool, template=None, in_destination=True):
        self.place, self.source, self.destination = place, place.source, place.destination
        for tree in (self.source, self.destination):
            place.discard(tree)
            os.makedirs(tree)
        if template:
            shell(["cp", "-a", f"{template}/.", self.source])
            if in_destination:
                shell(["cp", "-a", f"{template}/.", self.destination])
        self.cell = Cell(place.state(tool.name))
        self.tool = tool(self.cell, self.source, self.destination)
        self.comparison = Comparison(self.source, self.destination, tool.ignored)

    def __enter__(self):
        try:
            self.tool.prepare()
            os.sync()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.cell.close()
        for tree in (self.source, self.destination):
            self.place.discard(tree)

    def start(self):
        """Starts the tool. A live one is ready when a file has been mirrored, and its removal, and it rests: the same
        question to all of them. Answers how long that took."""
        began = time.monotonic()
        self.tool.start_server()
        if self.tool.is_live:
            self.tool.start_client()
            for number in range(100):
                if self._probe(PROBE_SECONDS[min(number, len(PROBE_SECONDS) - 1)]):
                    break
                if time.monotonic() - began > READY_LIMIT:
                    raise RuntimeError("never became ready: nothing was mirrored")
            self.tool.wait_confirmed()
            self.cell.wait_idle(limit=READY_LIMIT if self.tool.rests else RESTLESS_SECONDS)
            os.unlink(f"{self.source}/{PROBE}")
            _eventually(lambda: not os.path.exists(f"{self.destination}/{PROBE}"), 20)
            self.cell.wait_idle(limit=READY_LIMIT if self.tool.rests else RESTLESS_SECONDS)
        os.sync()
        return time.monotonic() - began

    def _probe(self, limit):
        content = os.urandom(64)
        with open(f"{self.source}/{PROBE}", "wb") as file:
            file.write(content)
        return _eventually(lambda: content_of(f"{self.destination}/{PROBE}") == content, limit)

    def begin(self):
        """Begins to count."""
        self.cell.reset_peaks()
        self.wire, self.cpu = self.cell.network.wire(), self.cell.cpu()
        self.noise = Noise(self.cell)
        self.began = time.time()

    def restart_clock(self):
        """Lets the time count from now, and everything else go on."""
        self.began = time.time()

    def sync_once(self):
        """Runs a tool that is not live."""
        if not self.tool.is_live:
            self.tool.sync()

    def end(self, limit=180):
        """Waits until the trees are equal and the tool rests, compares everything again, and answers what was counted.
        Sizes are in bytes, times in seconds."""
        found = wait_equal(self.cell, self.comparison, self.began, limit)
        if found["converged"] and self.tool.is_live:
            self.cell.wait_idle()
            everything = len(self.comparison.source_entries) < FULL_COMPARISON_LIMIT
            if self.comparison.differences(everything=everything):
                # It was equal, and then differed again: what counts is when it stays equal.
                found = wait_equal(self.cell, self.comparison, self.began, limit)
        found.update(
            cpu=self.cell.cpu() - self.cpu, wire=self.cell.network.wire() - self.wire, peak=self.cell.peak,
            noise=self.noise.cores(), metadata=self.comparison.metadata())
        for side in ("client", "server"):
            daemon = getattr(self.tool, side)
            if daemon and daemon.poll() is None:
                found[f"{side}_peak"] = self.cell.peak_of(daemon)
        return found


def content_of(path):
    """The content of a file; None where it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _eventually(holds, limit):
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
