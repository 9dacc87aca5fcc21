# SPDX-License-Identifier: Apache-2.0
"""Puts all tools to all workloads, round by round."""
import os
import time
import traceback

from plot import draw
from results import Results
from shell import first_line
from table import render
from tools import TOOLS
from workloads import WORKLOADS


def compare(place, report, rounds, workloads, tools):
    """Runs `rounds` more rounds, in each of them every workload, and in each workload one tool after another, so that
    whatever else the machine does meets all of them. Results are kept in the directory `report` after each trial, and the
    table and the plot written at the end. Answers the table."""
    results = Results(f"{report}/results.json")
    results.about.update(
        date=time.strftime("%Y-%m-%d"), kernel=os.uname().release, processors=os.cpu_count(),
        file_system=first_line(["findmnt", "-no", "FSTYPE", "--target", place.path]),
        versions={**results.about.get("versions", {}), **{tool: TOOLS[tool].version() for tool in tools}})
    first = results.next_round()
    for number in range(first, first + rounds):
        for name in workloads:
            for tool in (tool for tool in WORKLOADS[name].tools if tool in tools):
                began = time.monotonic()
                rows = _try(place, name, tool, number)
                results.add(number, tool, rows)
                for row, counted in rows.items():
                    print(f"{time.strftime('%H:%M:%S')} round {number}: {row}, {tool} "
                          f"({time.monotonic() - began:.0f} s): {_short(counted)}", flush=True)
    place.empty_trash()
    return write(results, report)


def write(results, report):
    """Writes the table and the plot of `results`, and answers the table."""
    text = render(results)
    for name, content in (("table.md", text), ("plot.svg", draw(results))):
        with open(f"{report}/{name}", "w") as file:
            file.write(content)
    return text


def _try(place, name, tool, number):
    """What a trial counted. One that fails is a result too: of a tool that could not do it."""
    try:
        return WORKLOADS[name].run(place, TOOLS[tool], 1000 * number + 7)
    except Exception as error:
        traceback.print_exc()
        return {name: {"converged": False, "error": f"{type(error).__name__}: {error}"}}


def _short(counted):
    """The figures of one row, for whoever watches."""
    names = ("error", "converged", "time", "after", "cpu", "wire", "peak", "client_peak", "server_peak", "client_memory",
             "server_memory", "lag", "noise", "given_up", "differences")
    words = [f"{name} {counted[name]:.3f}" if isinstance(counted[name], float) else f"{name} {counted[name]}"
             for name in names if name in counted]
    for view in ("visible", "acknowledged"):
        for kind, samples in counted.get(view, {}).items():
            known = sorted(sample for sample in samples if sample is not None)
            words.append(f"{view} {kind} {known[len(known) // 2]:.2f} ms" if known else f"{view} {kind} lost")
    return ", ".join(words)
