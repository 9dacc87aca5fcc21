# SPDX-License-Identifier: Apache-2.0
"""A log that grows."""
import os
import time

from templates import template
from trial import Trial

PORTION, SECONDS = 1 << 20, 20


def append(place, tool, _):
    """1 MiB is appended to a file of 1 GiB once a second, by a program that keeps it open; `lag` is how much of it the
    destination lacks at most, looked at before each portion. The clock starts when the program closes it."""
    with Trial(place, tool, template(place, "large")) as trial:
        trial.start()
        trial.comparison.differences()
        trial.begin()
        lag, began = 0, time.monotonic()
        with open(f"{trial.source}/large", "ab") as log:
            for number in range(SECONDS):
                time.sleep(max(0.0, began + number - time.monotonic()))
                lag = max(lag, _size(f"{trial.source}/large") - _size(f"{trial.destination}/large"))
                log.write(os.urandom(PORTION))
                log.flush()
        trial.restart_clock()
        counted = trial.end()
        return {"append": dict(counted, lag=lag, appended=SECONDS * PORTION)}


def _size(path):
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
