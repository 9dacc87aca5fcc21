# SPDX-License-Identifier: Apache-2.0
"""What changes names and times, but no content."""
import os

from shell import shell
from templates import template
from trial import Trial


def copy_and_touch(place, tool, _):
    """A file of 1 GiB is copied within the source, where the clock starts after the copying; then it gets another
    modification time."""
    with Trial(place, tool, template(place, "large")) as trial:
        trial.start()
        trial.comparison.differences()
        trial.begin()
        shell(["cp", "--reflink=never", f"{trial.source}/large", f"{trial.source}/copy"])
        trial.restart_clock()
        trial.sync_once()
        copied = trial.end()
        trial.comparison.times_count = True
        trial.begin()
        os.utime(f"{trial.source}/large", (1_700_000_000, 1_700_000_000))
        trial.sync_once()
        return {"copy": copied, "touch": trial.end()}
