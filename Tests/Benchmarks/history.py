# SPDX-License-Identifier: Apache-2.0
"""Makes a git repository with a history, always the same."""
import os

from shell import shell

FILES, DIRECTORIES = 1_500, 60
VERSIONS = 11
# What each version does to the one before: a part of the files edited; some removed, renamed, and new.
EDITED_PART, REMOVED, RENAMED, NEW = 0.15, 8, 8, 16
WORDS = ("source destination share path entry touched settled observed confirmed index catalog change batch upload "
         "problem brake freshness mirror rename directory file link mode time bytes digest chunk").split()


def make_history(path, rng):
    """Makes the repository at `path`, with the tags v0 to v10."""
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    for role in ("AUTHOR", "COMMITTER"):
        environment.update({f"GIT_{role}_NAME": "bench", f"GIT_{role}_EMAIL": "bench@localhost"})

    def git(*words):
        shell(["git", "-C", path, *words], env=environment)

    os.makedirs(path)
    git("init", "-q", "-b", "main")
    files = [f"part{number % DIRECTORIES:02d}/file{number}.txt" for number in range(FILES)]
    for file in files:
        _write(path, file, rng)
    for version in range(VERSIONS):
        if version > 0:
            files = _next_version(path, files, version, rng)
        for role in ("AUTHOR", "COMMITTER"):
            environment[f"GIT_{role}_DATE"] = f"{1_700_000_000 + version} +0000"
        git("add", "-A")
        git("commit", "-q", "-m", f"version {version}")
        git("tag", f"v{version}")
    git("gc", "-q")


def _next_version(path, files, version, rng):
    rng.shuffle(files)
    for file in files[:REMOVED]:
        os.unlink(f"{path}/{file}")
    kept = files[REMOVED:]
    for number in range(RENAMED):
        renamed = f"part{rng.randrange(DIRECTORIES):02d}/renamed{version}-{number}.txt"
        os.rename(f"{path}/{kept[number]}", f"{path}/{renamed}")
        kept[number] = renamed
    for file in rng.sample(kept, int(EDITED_PART * len(kept))):
        with open(f"{path}/{file}", "a") as text:
            text.write(_line(rng))
    new = [f"part{rng.randrange(DIRECTORIES):02d}/new{version}-{number}.txt" for number in range(NEW)]
    for file in new:
        _write(path, file, rng)
    return kept + new


def _write(path, file, rng):
    os.makedirs(os.path.dirname(f"{path}/{file}"), exist_ok=True)
    with open(f"{path}/{file}", "w") as text:
        text.writelines(_line(rng) for _ in range(rng.randint(5, 200)))


def _line(rng):
    return " ".join(rng.choices(WORDS, k=8)) + "\n"
