# SPDX-License-Identifier: Apache-2.0
"""The table and the plot, of rounds that never were."""
import tempfile
import unittest
import xml.dom.minidom

from plot import draw
from results import Results
from table import TITLES, render
from targets import TARGETS
from tools import TOOLS
from workloads.latency import OPERATIONS

COUNTED = {"converged": True, "time": 2.0, "after": 0.1, "cpu": 1.0, "wire": 100, "peak": 1e6, "client_peak": 1e6,
           "server_peak": 1e6, "client_memory": 1e6, "server_memory": 1e6, "memory": 2e6, "noise": 0.0, "appended": 1000}
ROWS = ("first-sync burst large-file overwrite insert append copy touch rename rest restart clone checkouts").split()


class ReportTests(unittest.TestCase):
    def results(self, rounds=1):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        results = Results(f"{place.name}/results.json")
        results.about.update(date="2026-01-01", kernel="6", processors=2, file_system="ext4",
                             versions={tool: "1" for tool in TOOLS})
        samples = {kind: [1.0, 2.0, 3.0] for kind in OPERATIONS}
        for number in range(rounds):
            for tool in TOOLS:
                results.add(number, tool, {row: COUNTED for row in ROWS})
                results.add(number, tool, {"latency": dict(COUNTED, visible=samples, acknowledged=samples)})
        return results

    def line(self, results, target):
        return next(line for line in render(results).split("\n") if TITLES[target.row] in line and target.what in line)

    def test_every_target_finds_its_value(self):
        results = self.results()
        for target in TARGETS:
            with self.subTest(f"{target.row}: {target.what}"):
                self.assertIsNotNone(target.value(results, target.row))
                self.assertIn("ok" if target.value(results, target.row) <= target.limit else "MISSED", self.line(results, target))

    def test_what_was_not_measured_is_neither_reached_nor_missed(self):
        results = self.results(rounds=0)
        for target in TARGETS:
            self.assertIsNone(target.value(results, target.row))
            self.assertNotIn("ok", self.line(results, target))

    def test_what_was_lost_is_missed(self):
        results = self.results()
        lost = {kind: [None] for kind in OPERATIONS}
        results.add(1, "syncbox", {"latency": dict(COUNTED, visible=lost, acknowledged=lost)})
        for target in (one for one in TARGETS if one.what in ("operations lost", "durable: acknowledged, p99")):
            self.assertIn("MISSED", self.line(results, target))

    def test_a_tree_that_did_not_become_equal_is_told(self):
        results = self.results()
        results.add(1, "lsyncd", {"burst": {"converged": False, "given_up": "out of time", "differences": {"missing": 7}}})
        self.assertIn("1 of 2 (out of time: {'missing': 7})", render(results))

    def test_the_plot_is_well_formed_and_has_a_bar_for_each_tool(self):
        picture = xml.dom.minidom.parseString(draw(self.results()))
        # The ground, and a bar for each tool: in each row but the one without a time, and for each operation.
        bars = len(TOOLS) * (len(ROWS) - 1 + len(OPERATIONS))
        self.assertEqual(len(picture.getElementsByTagName("rect")), 1 + bars)
