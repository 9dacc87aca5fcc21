# SPDX-License-Identifier: Apache-2.0
"""One small operation at a time, and how long until the destination shows it."""
import os
import random
import threading
import time

from templates import template
from trial import Trial, content_of

OPERATIONS = ("create", "update", "rename", "delete")
SAMPLES = 70
SIZE = 4096
PAUSE = 0.15
# Within this time the destination is looked at every 0.1 ms, and later every millisecond.
YOUNG = 0.01
LOST_AFTER = 20


def latency(place, tool, seed):
    """For each operation 70 of them, 150 ms apart. The clock starts just before close(2), rename(2) or unlink(2), and stops
    when a look at the destination shows all that the operation did; what shows nothing for 20 s is lost.

    For Syncbox the same once more, in which each operation is followed at once by what `syncbox wait` asks the client, over
    a kept connection. It returns when the change is acknowledged, and all that came before it; so `acknowledged` is an
    upper bound: the question's own way through the watch's queue is in it."""
    rng = random.Random(seed)
    counted = {"visible": {}, "acknowledged": {}}
    with Trial(place, tool, template(place, "directories")) as trial:
        trial.start()
        trial.begin()
        operations = Operations(trial, rng)
        for kind in OPERATIONS:
            poller = Poller()
            for act in operations.of(kind):
                poller.add(*act())
                time.sleep(PAUSE)
            counted["visible"][kind] = poller.finish()
            time.sleep(1)
        if hasattr(trial.tool, "control"):
            control = trial.tool.control()
            for kind in OPERATIONS:
                counted["acknowledged"][kind] = []
                for act in operations.of(kind):
                    began, _ = act()
                    control.wait()
                    counted["acknowledged"][kind].append((time.monotonic() - began) * 1e3)
                    time.sleep(PAUSE)
        return {"latency": dict(trial.end(), **counted)}


class Operations:
    """Makes files, changes, renames and removes them. Each operation answers when it began, and what tells that it shows."""

    def __init__(self, trial, rng):
        self.trial, self.rng = trial, rng
        self.files = []
        self.made = 0

    def of(self, kind):
        """The operations of one kind, in a random order."""
        if kind == "create":
            return [self.create] * SAMPLES
        order = list(self.files)
        self.rng.shuffle(order)
        act = getattr(self, kind)
        return [lambda path=path: act(path) for path in order]

    def create(self):
        self.made += 1
        path = self._name(f"file{self.made}")
        self.files.append(path)
        return self._write(path, "wb")

    def update(self, path):
        return self._write(path, "r+b")

    def rename(self, path):
        new = self._name(os.path.basename(path) + "-renamed")
        self.files[self.files.index(path)] = new
        content = content_of(f"{self.trial.source}/{path}")
        began = time.monotonic()
        os.rename(f"{self.trial.source}/{path}", f"{self.trial.source}/{new}")
        place = self.trial.destination
        return began, lambda: content_of(f"{place}/{new}") == content and not os.path.lexists(f"{place}/{path}")

    def delete(self, path):
        self.files.remove(path)
        began = time.monotonic()
        os.unlink(f"{self.trial.source}/{path}")
        place = self.trial.destination
        return began, lambda: not os.path.lexists(f"{place}/{path}")

    def _name(self, name):
        number = self.rng.randrange(30)
        return f"directory{number % 10}/{number:02d}/{name}"

    def _write(self, path, mode):
        content = self.rng.randbytes(SIZE)
        file = open(f"{self.trial.source}/{path}", mode, buffering=0)
        file.write(content)
        began = time.monotonic()
        file.close()
        place = self.trial.destination
        return began, lambda: content_of(f"{place}/{path}") == content


class Poller:
    """Looks, on a thread of its own, until everything that it was given shows."""

    def __init__(self):
        self.waiting, self.milliseconds = [], []
        self.is_complete = False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def add(self, began, shows):
        """Looks for `shows` from now on. Appending to a list is atomic."""
        self.waiting.append((began, shows))

    def finish(self):
        """Waits until nothing is looked for, and answers the milliseconds of each; None for what was lost."""
        self.is_complete = True
        self.thread.join()
        return self.milliseconds

    def _run(self):
        while self.waiting or not self.is_complete:
            is_young = False
            for one in list(self.waiting):
                began, shows = one
                if shows():
                    self._note(one, (time.monotonic() - began) * 1e3)
                elif time.monotonic() - began > LOST_AFTER:
                    self._note(one, None)
                elif time.monotonic() - began < YOUNG:
                    is_young = True
            time.sleep(0.0001 if is_young else 0.001)

    def _note(self, one, milliseconds):
        self.waiting.remove(one)
        self.milliseconds.append(milliseconds)
