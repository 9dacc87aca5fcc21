# SPDX-License-Identifier: Apache-2.0
"""What Syncbox must reach, each with where its value is found."""
from collections import namedtuple

from results import percentile
from tools import LIVE_PEERS
from workloads.latency import OPERATIONS

KB, MB = 1000, 1_000_000

Target = namedtuple("Target", "workload what limit unit value")
LSYNCD = ("lsyncd", "lsyncd-at-once")


def _ratio(row, others, tool="syncbox"):
    return lambda results: results.ratio(row, tool, others)


def _median(row, name, factor=1.0):
    def value(results):
        median = results.median(row, "syncbox", name)
        return None if median is None else median * factor
    return value


def _largest(row, names, factor):
    def value(results):
        medians = [results.median(row, "syncbox", name) for name in names]
        return None if None in medians else max(medians) * factor
    return value


def _latency(tool, view, percent):
    """Of the slowest of the four operations."""
    def value(results):
        found = [results.latencies(tool, view, kind) for kind in OPERATIONS]
        if not all(found):
            return None
        return max(float("inf") if (rank := percentile(samples, percent)) is None else rank for samples in found)
    return value


def _lost(results):
    """Of both tools, of all operations."""
    samples = [sample for tool in ("syncbox", "syncbox-relaxed") for kind in OPERATIONS
               for sample in results.latencies(tool, "visible", kind)]
    return samples.count(None) if samples else None


def _part_of_appended(results):
    return results.ratio_within("append", "syncbox", "wire", "appended")


TARGETS = (
    Target("first sync, 20,000 small files", "durable: time against rsync --whole-file", 0.75, "x",
           _ratio("first-sync", ["rsync-whole"])),
    Target("first sync, 20,000 small files", "relaxed: time against cp -a", 2.0, "x",
           _ratio("first-sync", ["cp"], "syncbox-relaxed")),
    Target("burst of 5,000 files", "time against the best live peer", 0.5, "x", _ratio("burst", LIVE_PEERS)),
    Target("one file of 1 GiB", "time against rsync --whole-file", 1.3, "x", _ratio("large-file", ["rsync-whole"])),
    Target("one file of 1 GiB", "peak memory of the larger daemon", 64, "MB",
           _largest("large-file", ("client_peak", "server_peak"), 1 / MB)),
    Target("latency of one 4 KiB file", "relaxed: visible, p50", 1.5, "ms", _latency("syncbox-relaxed", "visible", 50)),
    Target("latency of one 4 KiB file", "durable: visible, p50", 6, "ms", _latency("syncbox", "visible", 50)),
    Target("latency of one 4 KiB file", "durable: acknowledged, p50", 15, "ms", _latency("syncbox", "acknowledged", 50)),
    Target("latency of one 4 KiB file", "durable: acknowledged, p99", 60, "ms", _latency("syncbox", "acknowledged", 99)),
    Target("latency of one 4 KiB file", "operations lost", 0, "", _lost),
    Target("4 KiB overwritten in 1 GiB", "on the wire", 200, "KB", _median("overwrite", "wire", 1 / KB)),
    Target("4 KiB overwritten in 1 GiB", "time against lsyncd", 0.5, "x", _ratio("overwrite", LSYNCD)),
    Target("1 MiB inserted before 1 GiB", "on the wire", 1.3, "MB", _median("insert", "wire", 1 / MB)),
    Target("1 MiB inserted before 1 GiB", "time against lsyncd", 0.5, "x", _ratio("insert", LSYNCD)),
    Target("20 times 1 MiB appended to 1 GiB", "on the wire, against what was appended", 1.5, "x", _part_of_appended),
    Target("1 GiB copied within the source", "on the wire", 200, "KB", _median("copy", "wire", 1 / KB)),
    Target("1 GiB touched", "on the wire", 200, "KB", _median("touch", "wire", 1 / KB)),
    Target("directory of 10,000 files renamed", "on the wire", 1000, "B", _median("rename", "wire")),
    Target("directory of 10,000 files renamed", "time", 50, "ms", _median("rename", "time", 1000)),
    Target("100,000 files at rest", "memory of the client (PSS)", 40, "MB", _median("rest", "client_memory", 1 / MB)),
    Target("100,000 files at rest", "memory of the server (PSS)", 40, "MB", _median("rest", "server_memory", 1 / MB)),
    # A heartbeat, and the question for the server's state, cost a few milliseconds: a thousandth of one processor.
    Target("100,000 files at rest", "CPU in 30 s", 30, "ms", _median("rest", "cpu", 1000)),
    Target("restart with 100,000 files", "first change mirrored", 1, "s", _median("restart", "time")),
    Target("git clone", "end after git's", 200, "ms", _median("clone", "after", 1000)),
    Target("ten git checkouts", "end after git's", 200, "ms", _median("checkouts", "after", 1000)),
)


def verdict(value, limit):
    """What the table says of a value."""
    if value is None:
        return "-"
    return "ok" if value <= limit else "MISSED"
