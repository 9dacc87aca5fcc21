# SPDX-License-Identifier: Apache-2.0
"""The benchmark; `packaging/bench` starts it."""
import argparse
import os
import signal
import sys

from compare import compare, write
from flood import flood
from growth import SIZES, growth
from place import Place
from results import Results
from tools import TOOLS
from workloads import WORKLOADS


def main():
    """Reads the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--place", default="/var/tmp/syncbox-bench", help="where to work, on the file system to measure")
    common.add_argument("--report", default=".build/bench", help="the directory for what was measured")
    parser = argparse.ArgumentParser(prog="packaging/bench")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("compare", parents=[common], help="Syncbox beside its peers")
    command.add_argument("--rounds", type=int, default=3, help="more rounds to run; those in the report count too")
    command.add_argument("--workloads", type=_choice(WORKLOADS), default=list(WORKLOADS), help=", ".join(WORKLOADS))
    command.add_argument("--tools", type=_choice(TOOLS), default=list(TOOLS), help=", ".join(TOOLS))
    command = commands.add_parser("growth", parents=[common], help="from a thousand files to a million")
    command.add_argument("--sizes", type=_numbers, default=SIZES, help="numbers of files, in rising order")
    commands.add_parser("flood", parents=[common], help="one share's latency while another is flooded")
    commands.add_parser("table", parents=[common], help="the table and the plot of what was measured before")
    options = parser.parse_args()
    os.makedirs(options.report, exist_ok=True)
    # Leaves by way of each trial's end.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    if options.command == "table":
        print(write(Results(f"{options.report}/results.json"), options.report))
    elif options.command == "flood":
        print(flood(options.place, options.report))
    elif options.command == "growth":
        print(growth(options.place, options.report, options.sizes))
    else:
        place = Place(options.place)
        print(compare(place, options.report, options.rounds, options.workloads, options.tools))


def _choice(names):
    def parse(text):
        chosen = text.split(",")
        unknown = [name for name in chosen if name not in names]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(names)}")
        return chosen
    return parse


def _numbers(text):
    return sorted(int(number) for number in text.split(","))


if __name__ == "__main__":
    main()
