# SPDX-License-Identifier: Apache-2.0
"""Little changes in a large file."""
import os
import random
import shutil

from templates import LARGE, template
from trial import Trial

OVERWRITTEN, INSERTED = 4096, 1 << 20


def edit(place, tool, seed):
    """4 KiB are overwritten in the middle of 1 GiB; then 1 MiB is inserted at its front, as editors do it: into a new file
    that is renamed over the old one. There the wire is counted from the writing on, and the clock from the rename."""
    rng = random.Random(seed)
    with Trial(place, tool, template(place, "large")) as trial:
        trial.start()
        file = f"{trial.source}/large"
        offset = LARGE // 2 + rng.randrange(1 << 20)
        trial.comparison.differences()
        trial.comparison.hints = {"large": (offset, OVERWRITTEN)}
        trial.begin()
        with open(file, "r+b") as opened:
            opened.seek(offset)
            opened.write(rng.randbytes(OVERWRITTEN))
        trial.sync_once()
        overwritten = trial.end()

        trial.comparison.hints = {"large": (0, INSERTED)}
        trial.begin()
        with open(f"{trial.source}/.large.new", "wb") as new, open(file, "rb") as old:
            new.write(rng.randbytes(INSERTED))
            shutil.copyfileobj(old, new, 1 << 20)
        os.rename(f"{trial.source}/.large.new", file)
        trial.restart_clock()
        trial.sync_once()
        return {"overwrite": overwritten, "insert": trial.end()}
