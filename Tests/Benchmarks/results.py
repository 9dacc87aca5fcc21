# SPDX-License-Identifier: Apache-2.0
"""What was counted, in all rounds, and what can be asked of it."""
import json
import os
import statistics


class Results:
    """A file of JSON, written anew after every trial, so that what was measured outlives an interruption."""

    def __init__(self, path):
        self.path = path
        self.about, self.cells = {}, []
        if os.path.exists(path):
            with open(path) as file:
                loaded = json.load(file)
            self.about, self.cells = loaded["about"], loaded["cells"]

    def add(self, round_number, tool, rows):
        """Notes what a trial counted, by row."""
        for row, counted in rows.items():
            self.cells.append({"round": round_number, "row": row, "tool": tool, "counted": counted})
        self.save()

    def save(self):
        """Writes the file."""
        with open(f"{self.path}.new", "w") as file:
            json.dump({"about": self.about, "cells": self.cells}, file, indent=1)
        os.replace(f"{self.path}.new", self.path)

    def next_round(self):
        """The number of the first round that is not there yet."""
        return max((cell["round"] for cell in self.cells), default=-1) + 1

    def of(self, row, tool):
        """What was counted in each round, by the number of the round."""
        return {cell["round"]: cell["counted"] for cell in self.cells if cell["row"] == row and cell["tool"] == tool}

    def tools(self, row):
        """The tools that were put to a row, in the order of their trials."""
        return list(dict.fromkeys(cell["tool"] for cell in self.cells if cell["row"] == row))

    def values(self, row, tool, name):
        """The values of one measure, by round. Where the trees did not become equal there is none."""
        return {number: counted[name] for number, counted in self.of(row, tool).items()
                if counted.get("converged") and counted.get(name) is not None}

    def median(self, row, tool, name):
        """The median over the rounds; None without any."""
        values = self.values(row, tool, name).values()
        return statistics.median(values) if values else None

    def ratio(self, row, tool, others, name="time"):
        """The median, over the rounds, of the tool's value divided by the least of the others' in the same round; None
        without any."""
        mine = self.values(row, tool, name)
        theirs = [self.values(row, other, name) for other in others]
        ratios = []
        for number, value in mine.items():
            found = [values[number] for values in theirs if values.get(number)]
            if found:
                ratios.append(value / min(found))
        return statistics.median(ratios) if ratios else None

    def ratio_within(self, row, tool, name, other):
        """The median, over the rounds, of one measure divided by another; None without any."""
        divisors = self.values(row, tool, other)
        ratios = [value / divisors[number] for number, value in self.values(row, tool, name).items()]
        return statistics.median(ratios) if ratios else None

    def latencies(self, tool, view, kind):
        """The milliseconds of all rounds together; None for each operation that was lost."""
        return [sample for counted in self.of("latency", tool).values()
                for sample in counted.get(view, {}).get(kind, [])]


def percentile(samples, percent):
    """The value that `percent` of the samples do not exceed (nearest rank); None without samples. What was lost exceeds
    everything."""
    ranked = sorted(samples, key=lambda sample: float("inf") if sample is None else sample)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)] if ranked else None
