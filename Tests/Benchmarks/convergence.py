# SPDX-License-Identifier: Apache-2.0
"""Waits until source and destination are equal, and tells since when they are."""
import time

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
# The part of the machine that looking may take: one in seven.
PAUSE_FACTOR = 6


def wait_equal(cell, comparison, start, limit=180, stall=25):
    """Looks until the trees are equal, or `limit` seconds have passed, or `stall` seconds without progress or CPU use.

    The source rests meanwhile. `start` is a time.time(). The time told is the kernel's stamp of the destination's last
    change before the first look that found the trees equal, so that looking seldom makes it no coarser than the 4 ms that
    such a stamp has."""
    last_signature, last_progress = None, time.time()
    cpu, looked = cell.cpu(), time.time()
    source_rests = False
    while True:
        began = time.time()
        found = comparison.differences(source_rests=source_rests)
        source_rests = True
        cost = time.time() - began
        count = sum(map(len, found.values()))
        if count == 0:
            return {"converged": True, "time": max(0.0, comparison.last_change / 1e9 - start)}
        now = time.time()
        used = cell.cpu() - cpu
        is_busy = used > 0.05 * max(0.2, now - looked)
        cpu, looked = cpu + used, now
        if (count, comparison.last_change) != last_signature or is_busy:
            last_signature, last_progress = (count, comparison.last_change), now
        if now - start > limit or now - last_progress > stall:
            found = comparison.differences(everything=True)
            return {
                "converged": not found,
                "time": max(0.0, comparison.last_change / 1e9 - start),
                "differences": {kind: len(paths) for kind, paths in found.items()},
                "examples": {kind: paths[:4] for kind, paths in found.items()},
                "given_up": "out of time" if now - start > limit else "nothing moved",
            }
        time.sleep(max(SHORTEST_PAUSE, min(LONGEST_PAUSE, PAUSE_FACTOR * cost)))
