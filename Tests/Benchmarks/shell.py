# SPDX-License-Identifier: Apache-2.0
"""Runs a command to its end."""
import subprocess


def shell(command, check=True, **options):
    """What `command` (a list of words) printed, errors included. A failure is an exception that tells it, unless `check`
    is False."""
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if check and ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:4])} ... ended with {ended.returncode}: {ended.stdout[-500:]}")
    return ended.stdout


def first_line(command):
    """The first line that `command` prints, as programs tell their version; empty where it does not run."""
    try:
        return shell(command, check=False).strip().split("\n")[0]
    except OSError:
        return ""
