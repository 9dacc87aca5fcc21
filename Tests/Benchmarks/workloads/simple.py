# SPDX-License-Identifier: Apache-2.0
"""Workloads of one step: something happens in the source, and the destination follows."""
import os

from shell import shell
from templates import template
from trial import Trial


def first_sync(place, tool, _):
    """A tree of more than 20,000 real small files, and an empty destination. Live tools start now; so does the clock."""
    with Trial(place, tool, template(place, "real"), in_destination=False) as trial:
        if not tool.is_live:
            trial.start()
        trial.begin()
        if tool.is_live:
            trial.tool.start_server()
            trial.tool.start_client()
        trial.sync_once()
        return {"first-sync": trial.end(limit=300)}


def burst(place, tool, _):
    """5,000 small files in 50 directories are unpacked by tar. For a tool that is not live the clock starts when tar has
    ended."""
    archive = template(place, "burst") + "/burst.tar"
    with Trial(place, tool) as trial:
        trial.start()
        trial.begin()
        shell(["tar", "-C", trial.source, "-xf", archive])
        if not tool.is_live:
            trial.begin()
            trial.sync_once()
        return {"burst": trial.end()}


def large_file(place, tool, _):
    """A file of 1 GiB appears by a rename from outside."""
    outside = f"{place.path}/outside"
    shell(["cp", template(place, "large") + "/large", outside])
    with Trial(place, tool) as trial:
        trial.start()
        trial.begin()
        os.rename(outside, f"{trial.source}/large")
        trial.sync_once()
        return {"large-file": trial.end()}


def rename(place, tool, _):
    """A directory with 10,000 files gets another name."""
    with Trial(place, tool, template(place, "10000")) as trial:
        trial.start()
        trial.comparison.differences()
        trial.begin()
        os.rename(f"{trial.source}/directory", f"{trial.source}/renamed")
        trial.sync_once()
        return {"rename": trial.end()}
