# SPDX-License-Identifier: Apache-2.0
"""What Syncbox must reach, each with where its value is found."""
from collections import namedtuple

from results import percentile
from tools import LIVE_PEERS
from workloads.latency import OPERATIONS

KB, MB = 1000, 1_000_000
LSYNCD = ("lsyncd", "lsyncd-at-once")

# `value` answers the value from the results and the row; None where it was not measured.
Target = namedtuple("Target", "row what limit unit value")


def _ratio(others, tool="syncbox"):
    return lambda results, row: results.ratio(row, tool, others)


def _median(name, factor=1.0):
    def value(results, row):
        median = results.median(row, "syncbox", name)
        return None if median is None else median * factor
    return value


def _larger_peak(results, row):
    peaks = [results.median(row, "syncbox", f"{side}_peak") for side in ("client", "server")]
    return None if None in peaks else max(peaks) / MB


def _part_of_appended(results, row):
    return results.ratio_within(row, "syncbox", "wire", "appended")


def _latency(tool, view, percent):
    """Of the slowest of the four operations."""
    def value(results, _):
        found = [results.latencies(tool, view, kind) for kind in OPERATIONS]
        if not all(found):
            return None
        return max(float("inf") if (rank := percentile(samples, percent)) is None else rank for samples in found)
    return value


def _lost(results, _):
    """Of both ways to acknowledge, of all operations."""
    samples = [sample for tool in ("syncbox", "syncbox-relaxed") for kind in OPERATIONS
               for sample in results.latencies(tool, "visible", kind)]
    return samples.count(None) if samples else None


TARGETS = (
    Target("first-sync", "durable: time, against rsync --whole-file", 0.75, "x", _ratio(["rsync-whole"])),
    Target("first-sync", "relaxed: time, against cp -a", 2.0, "x", _ratio(["cp"], "syncbox-relaxed")),
    Target("burst", "time, against the best live peer", 0.5, "x", _ratio(LIVE_PEERS)),
    Target("large-file", "time, against rsync --whole-file", 1.3, "x", _ratio(["rsync-whole"])),
    Target("large-file", "peak memory of the larger daemon", 64, "MB", _larger_peak),
    Target("latency", "relaxed: visible, p50", 1.5, "ms", _latency("syncbox-relaxed", "visible", 50)),
    Target("latency", "durable: visible, p50", 6, "ms", _latency("syncbox", "visible", 50)),
    Target("latency", "durable: acknowledged, p50", 15, "ms", _latency("syncbox", "acknowledged", 50)),
    Target("latency", "durable: acknowledged, p99", 60, "ms", _latency("syncbox", "acknowledged", 99)),
    Target("latency", "operations lost", 0, "", _lost),
    Target("overwrite", "on the wire", 200, "KB", _median("wire", 1 / KB)),
    Target("overwrite", "time, against lsyncd", 0.5, "x", _ratio(LSYNCD)),
    Target("insert", "on the wire", 1.3, "MB", _median("wire", 1 / MB)),
    Target("insert", "time, against lsyncd", 0.5, "x", _ratio(LSYNCD)),
    Target("append", "on the wire, against what was appended", 1.5, "x", _part_of_appended),
    Target("copy", "on the wire", 200, "KB", _median("wire", 1 / KB)),
    Target("touch", "on the wire", 200, "KB", _median("wire", 1 / KB)),
    Target("rename", "on the wire", 1000, "B", _median("wire")),
    Target("rename", "time", 50, "ms", _median("time", 1000)),
    Target("rest", "memory of the client (PSS)", 40, "MB", _median("client_memory", 1 / MB)),
    Target("rest", "memory of the server (PSS)", 40, "MB", _median("server_memory", 1 / MB)),
    # A heartbeat, and the question for the server's state, cost a few milliseconds: a thousandth of one processor.
    Target("rest", "CPU", 30, "ms", _median("cpu", 1000)),
    Target("restart", "first change mirrored", 1, "s", _median("time")),
    Target("clone", "end, after git's", 200, "ms", _median("after", 1000)),
    Target("checkouts", "end, after git's", 200, "ms", _median("after", 1000)),
)


def verdict(value, limit):
    """What the table says of a value."""
    if value is None:
        return "-"
    return "ok" if value <= limit else "MISSED"
