# SPDX-License-Identifier: Apache-2.0
"""The trees that workloads start from. Each is made once, always the same, and copied."""
import glob
import os
import random
import shutil

from history import make_history
from shell import shell

LARGE = 1 << 30
# Trees that a Debian machine has, until there are enough files.
REAL_TREES = ("/usr/include", "/usr/share/doc", "/usr/lib/python3*", "/usr/share/zoneinfo", "/usr/share/perl*",
              "/usr/share/vim", "/usr/share/icons", "/usr/share/man", "/usr/share/locale", "/usr/share/*")
REAL_FILES = 22_000
MOST_TURNS = 20
REAL_LARGEST = "1M"


def template(place, name):
    """The path of the template `name`, which is made now if it is not there."""
    path = f"{place.templates}/{name}"
    if not os.path.exists(f"{path}.done"):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        MAKERS[name](path, random.Random(name))
        with open(f"{path}.done", "w"):
            pass
    return path


def fill(directory, files, rng, sizes):
    """Makes `files` files, of random sizes within `sizes`, in a new directory."""
    os.makedirs(directory)
    for number in range(files):
        with open(f"{directory}/file{number:03d}", "wb") as file:
            file.write(rng.randbytes(rng.randint(*sizes)))


def _real(path, _):
    """Real files: small ones, of programs, texts, headers and pictures, with links among them. A machine that has few gives
    them more than once."""
    trees = list(dict.fromkeys(
        tree for pattern in REAL_TREES for tree in sorted(glob.glob(pattern))
        if os.path.isdir(tree) and not os.path.islink(tree)))
    count = 0
    for turn in range(MOST_TURNS):
        for tree in trees:
            if count >= REAL_FILES:
                return
            copy = f"{path}/{turn}{tree.replace('/', '-')}"
            shell(["cp", "-a", tree, copy])
            shell(["find", copy, "-size", f"+{REAL_LARGEST}", "-delete"])
            count += sum(len(names) for _, _, names in os.walk(copy))
    raise RuntimeError(f"this machine has next to no files in {', '.join(REAL_TREES)}")


def _large(path, _):
    """One file of 1 GiB that nothing compresses."""
    with open(f"{path}/large", "wb") as file:
        for _ in range(LARGE >> 20):
            file.write(os.urandom(1 << 20))


def _burst(path, rng):
    """5,000 files in 50 directories, as an archive."""
    tree = f"{path}/tree"
    for number in range(50):
        fill(f"{tree}/burst/directory{number:02d}", 100, rng, (200, 6000))
    shell(["tar", "-C", tree, "-cf", f"{path}/burst.tar", "burst"])
    shutil.rmtree(tree)


def _ten_thousand(path, rng):
    """10,000 files in one directory of 20."""
    for number in range(20):
        fill(f"{path}/directory/part{number:02d}", 500, rng, (4096, 4096))


def _hundred_thousand(path, rng):
    """100,000 files in 5,000 directories: 50 with 20 files each, and in each of these 99 with 20."""
    for outer in range(50):
        fill(f"{path}/outer{outer:02d}", 20, rng, (50, 800))
        for inner in range(99):
            fill(f"{path}/outer{outer:02d}/inner{inner:02d}", 20, rng, (50, 800))


def _directories(path, _):
    """30 empty directories."""
    for number in range(30):
        os.makedirs(f"{path}/directory{number % 10}/{number:02d}")


def _history(path, rng):
    """A git repository."""
    make_history(f"{path}/repository", rng)


MAKERS = {"real": _real, "large": _large, "burst": _burst, "10000": _ten_thousand, "100000": _hundred_thousand,
          "directories": _directories, "history": _history}
