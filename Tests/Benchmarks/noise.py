# SPDX-License-Identifier: Apache-2.0
"""How busy the machine was with what is neither the tool nor the benchmark."""
import os
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Noise:
    """Counts from its making on."""

    def __init__(self, cell):
        self.cell = cell
        self.began = time.monotonic()
        self.machine, self.own, self.tool = _machine(), _own(), cell.cpu()

    def cores(self):
        """The cores that others kept busy on average since then."""
        others = (_machine() - self.machine) - (_own() - self.own) - (self.cell.cpu() - self.tool)
        return max(0.0, others / max(0.1, time.monotonic() - self.began))


def _machine():
    with open("/proc/stat") as counters:
        ticks = [int(word) for word in counters.readline().split()[1:9]]
    idle, waiting = ticks[3], ticks[4]
    return (sum(ticks) - idle - waiting) / TICKS


def _own():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
