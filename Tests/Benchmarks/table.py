# SPDX-License-Identifier: Apache-2.0
"""Prints what was measured, in Markdown: first the targets, then every figure."""
from results import percentile
from targets import MB, TARGETS, verdict
from tools import TOOLS
from workloads.latency import OPERATIONS

TITLES = {
    "first-sync": "First sync of a tree of real small files",
    "burst": "Burst of 5,000 small files in 50 directories, by tar",
    "large-file": "One file of 1 GiB",
    "latency": "One operation on a file of 4 KiB",
    "overwrite": "4 KiB overwritten within 1 GiB",
    "insert": "1 MiB inserted before 1 GiB",
    "append": "1 MiB a second appended to 1 GiB, 20 times",
    "copy": "1 GiB copied within the source",
    "touch": "1 GiB touched",
    "rename": "A directory of 10,000 files renamed",
    "rest": "100,000 files in 5,000 directories at rest, 30 s",
    "restart": "The client is started again with 100,000 files",
    "clone": "git clone of a repository of 1,500 files",
    "checkouts": "Ten git checkouts",
}


def render(results):
    """The whole report."""
    about = results.about
    lines = [
        "# Syncbox beside its peers", "",
        f"{about['date']}, Linux {about['kernel']}, {about['processors']} processors, {about['file_system']}, "
        f"{results.next_round()} rounds; figures are medians, in brackets least and most.", "",
    ]
    lines += grid(["tool", "settings", "version"], [
        [tool, TOOLS[tool].settings, about["versions"][tool]] for tool in about["versions"]])
    lines += ["", "## Targets", ""] + _targets(results)
    for row in TITLES:
        if row == "latency":
            lines += ["", f"## {TITLES[row]}: milliseconds", ""] + _latencies(results)
        elif results.tools(row):
            lines += ["", f"## {TITLES[row]}", ""] + _figures(results, row)
    return "\n".join(lines) + "\n"


def _targets(results):
    lines = []
    for target in TARGETS:
        value = target.value(results, target.row)
        lines.append([
            TITLES[target.row], target.what, number(value, target.unit),
            f"at most {number(target.limit, target.unit)}", verdict(value, target.limit),
            number(results.median(target.row, "syncbox", "noise"))])
    return grid(["workload", "measure", "Syncbox", "target", "", "foreign cores"], lines)


def _latencies(results):
    rows = []
    for tool in results.tools("latency"):
        for view in ("visible", "acknowledged"):
            for kind in OPERATIONS:
                samples = results.latencies(tool, view, kind)
                if samples:
                    ranks = [number(percentile(samples, percent)) for percent in (50, 95, 99, 100)]
                    rows.append([tool, kind, view, str(len(samples)), str(samples.count(None)), *ranks])
    return grid(["tool", "operation", "until", "n", "lost", "p50", "p95", "p99", "most"], rows)


def _figures(results, row):
    """One line a tool."""
    rest = row == "rest"
    names = ["tool", "equal", "time s", "ratio to Syncbox", "CPU s", "memory MB (PSS)" if rest else "peak memory MB",
             "client MB", "server MB", "wire KB", "foreign cores"]
    rows = []
    for tool in results.tools(row):
        counted = list(results.of(row, tool).values())
        equal = sum(bool(one.get("converged")) for one in counted)
        memory = "memory" if rest else "peak"
        ratio = results.ratio(row, tool, ["syncbox"])
        rows.append([
            tool, f"{equal} of {len(counted)}{_reason(counted)}", _spread(results, row, tool, "time"),
            number(ratio, "x"), _spread(results, row, tool, "cpu"), _spread(results, row, tool, memory, 1 / MB),
            number(_scaled(results.median(row, tool, f"client_{memory}"))),
            number(_scaled(results.median(row, tool, f"server_{memory}"))),
            _spread(results, row, tool, "wire", 1 / 1000), _spread(results, row, tool, "noise")])
    return grid(names, rows)


def _reason(counted):
    """Why trees did not become equal, of the first trial of which that is so; and what a tool did not carry."""
    for one in counted:
        if not one.get("converged"):
            reason = one.get("error") or f"{one.get('given_up')}: {one.get('differences')}"
            return f" ({reason[:120]})"
    lacking = [f"{count} of another {name}" for name, count in (counted[-1].get("metadata") or {}).items() if count]
    return f" ({', '.join(lacking)})" if lacking else ""


def _scaled(value):
    return None if value is None else value / MB


def _spread(results, row, tool, name, factor=1.0):
    values = [value * factor for value in results.values(row, tool, name).values()]
    if not values:
        return "-"
    median = number(results.median(row, tool, name) * factor)
    return median if len(values) == 1 else f"{median} [{number(min(values))}-{number(max(values))}]"


def number(value, unit=""):
    """A figure with as many digits as it means something."""
    if value is None:
        return "-"
    if value == float("inf"):
        return "never"
    digits = 0 if value == int(value) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    return f"{value:,.{digits}f}" + (unit if unit == "x" else f" {unit}" if unit else "")


def grid(names, rows):
    """A table in Markdown, whose columns are as wide as what is in them."""
    rows = [[str(cell) for cell in row] for row in [names, *rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]
