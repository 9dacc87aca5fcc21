# SPDX-License-Identifier: Apache-2.0
"""git at work in the source."""
import random
import time

from history import VERSIONS
from shell import shell
from templates import template
from trial import Trial

CHECKOUTS = 10


def version_control(place, tool, seed):
    """A repository of 1,500 files is cloned into the source; then ten versions are checked out, one right after another.
    `after` is how long after git the tool ends."""
    repository = template(place, "history") + "/repository"
    rng = random.Random(seed)
    with Trial(place, tool) as trial:
        trial.start()
        trial.begin()
        shell(["git", "clone", "-q", "--no-hardlinks", repository, f"{trial.source}/repository"])
        ended = time.time() - trial.began
        cloned = _after(trial.end(), ended)
        trial.begin()
        for version in _versions(rng):
            shell(["git", "-C", f"{trial.source}/repository", "-c", "advice.detachedHead=false", "checkout", "-q",
                   f"v{version}"])
        ended = time.time() - trial.began
        return {"clone": cloned, "checkouts": _after(trial.end(), ended)}


def _after(counted, ended):
    return dict(counted, after=max(0.0, counted["time"] - ended))


def _versions(rng):
    """Each another one than the one before."""
    versions = [VERSIONS - 1]
    while len(versions) <= CHECKOUTS:
        version = rng.randrange(VERSIONS)
        if version != versions[-1]:
            versions.append(version)
    return versions[1:]
