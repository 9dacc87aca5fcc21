# SPDX-License-Identifier: Apache-2.0
"""How the cost grows with the number of files, from a thousand to a million."""
import json
import math
import os
import time

from place import Place
from table import grid, number
from targets import MB, verdict
from tools import TOOLS
from trial import Trial, content_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FILES_IN_DIRECTORY = 100
CONTENT = 100
LIMIT = 3600
# A step whose exponent is above this is told: 1 is linear, and the rest is what medians of a busy machine may be off by.
LINEAR = 1.15
# What the daemons may hold in memory for each file, in bytes.
BYTES_A_FILE = 200
FIRST_CHANGE_SECONDS = 1.0
MEASURES = (
    ("first_sync", "first sync s", 1), ("first_sync_cpu", "its CPU s", 1), ("first_sync_wire", "its wire MB", 1 / MB),
    ("client_peak", "client peak MB", 1 / MB), ("server_peak", "server peak MB", 1 / MB),
    ("client_memory", "client MB (PSS)", 1 / MB), ("server_memory", "server MB (PSS)", 1 / MB),
    ("client_anonymous", "client's own MB", 1 / MB), ("server_anonymous", "server's own MB", 1 / MB),
    ("state", "records on disk MB", 1 / MB), ("first_change", "restart: first change s", 1),
    ("restart", "restart: compared s", 1), ("restart_cpu", "its CPU s", 1), ("rescan", "rescan s", 1),
    ("rescan_cpu", "its CPU s", 1), ("noise", "foreign cores", 1),
)


def growth(place_path, report, sizes=SIZES, tool="syncbox"):
    """Measures each size once, and answers the table, which is written to `report` with what it is made of."""
    place = Place(place_path)
    measured = {}
    for size in sizes:
        measured[size] = _measure(place, TOOLS[tool], size)
        print(f"{time.strftime('%H:%M:%S')} {size:,} files: {measured[size]}", flush=True)
        with open(f"{report}/growth.json", "w") as file:
            json.dump(measured, file, indent=1)
    place.empty_trash()
    text = render(measured)
    with open(f"{report}/growth.md", "w") as file:
        file.write(text)
    return text


def _measure(place, tool, size):
    with Trial(place, tool) as trial:
        _make_files(trial.source, size)
        os.sync()
        trial.begin()
        trial.tool.start_server()
        trial.tool.start_client()
        control = trial.tool.control()
        found = _timed(trial, "first_sync", lambda: control.wait(LIMIT))
        trial.cell.wait_idle(limit=60)
        for side in ("client", "server"):
            daemon = getattr(trial.tool, side)
            found[f"{side}_memory"], found[f"{side}_peak"] = trial.cell.memory_of(daemon), trial.cell.peak_of(daemon)
            found[f"{side}_anonymous"] = trial.cell.anonymous_of(daemon)
        found["state"] = trial.tool.state_size()
        differences = trial.comparison.differences(everything=True)
        if differences:
            raise RuntimeError(f"{size} files: the trees differ: {differences.keys()}")
        found.update(_restart(trial))
        control = trial.tool.control()

        def rescan():
            control.ask("POST", "rescan")
            control.wait(LIMIT)

        found.update(_timed(trial, "rescan", rescan), noise=trial.noise.cores())
        return found


def _make_files(source, size):
    content = os.urandom(CONTENT)
    for number_of_directory in range(size // FILES_IN_DIRECTORY):
        directory = f"{source}/{number_of_directory // 100:03d}/{number_of_directory % 100:02d}"
        os.makedirs(directory)
        for number_of_file in range(FILES_IN_DIRECTORY):
            with open(f"{directory}/file{number_of_file:02d}", "wb") as file:
                file.write(content)


def _restart(trial):
    """Starts the client anew: when a file that is made at that moment is mirrored, and when everything is compared."""
    trial.tool.stop_client()
    content = os.urandom(CONTENT)

    def restart():
        began = time.monotonic()
        trial.tool.start_client()
        with open(f"{trial.source}/000/new", "wb") as file:
            file.write(content)
        while content_of(f"{trial.destination}/000/new") != content:
            if time.monotonic() - began > LIMIT:
                raise RuntimeError("the first change after a restart was not mirrored")
            time.sleep(0.005)
        first_change.append(time.monotonic() - began)
        trial.tool.control().wait(LIMIT)

    first_change = []
    found = _timed(trial, "restart", restart)
    found["first_change"] = first_change[0]
    return found


def _timed(trial, name, work):
    began, cpu, wire = time.monotonic(), trial.cell.cpu(), trial.cell.network.wire()
    work()
    return {name: time.monotonic() - began, f"{name}_cpu": trial.cell.cpu() - cpu,
            f"{name}_wire": trial.cell.network.wire() - wire}


def render(measured):
    """Two tables: the figures with the exponent of each step, and the targets."""
    sizes = sorted(measured)
    lines = []
    for name, title, factor in MEASURES:
        cells = [title, number(measured[sizes[0]][name] * factor)]
        for before, size in zip(sizes, sizes[1:]):
            exponent = exponent_of(measured[before][name], measured[size][name], size / before)
            mark = " **worse than linear**" if exponent > LINEAR else ""
            growth_text = "" if name == "noise" else f" (n^{exponent:.2f}){mark}"
            cells.append(number(measured[size][name] * factor) + growth_text)
        lines.append(cells)
    text = ["# Growth", "", "In brackets the exponent of the step: n^1 is linear.", ""]
    text += grid(["", *(f"{size:,} files" for size in sizes)], lines)
    largest, smallest = sizes[-1], sizes[0]
    targets = [("first change after a restart, s", measured[min(100_000, largest)]["first_change"], FIRST_CHANGE_SECONDS)]
    if largest > smallest:
        for side in ("client", "server"):
            grown = measured[largest][f"{side}_anonymous"] - measured[smallest][f"{side}_anonymous"]
            targets.append((f"memory of the {side} that grows with the files, bytes a file",
                            grown / (largest - smallest), BYTES_A_FILE))
        for name in ("first_sync", "restart", "rescan"):
            worst = max(exponent_of(measured[before][name], measured[size][name], size / before)
                        for before, size in zip(sizes, sizes[1:]))
            targets.append((f"{name.replace('_', ' ')}: the largest exponent of a step", worst, LINEAR))
    text += [""] + grid(["", "Syncbox", "target", ""], [
        [what, number(value), f"at most {number(limit)}", verdict(value, limit)] for what, value, limit in targets])
    return "\n".join(text) + "\n"


def exponent_of(before, after, factor):
    """The power of the number of files with which a measure grew; 0 for what is too small to tell."""
    return math.log(after / before) / math.log(factor) if before > 0 and after > 0 else 0.0
