# SPDX-License-Identifier: Apache-2.0
"""What is computed from what was counted."""
import tempfile
import unittest

from growth import exponent_of
from results import Results, percentile
from targets import verdict


class ResultsTests(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.results = Results(f"{place.name}/results.json")

    def add(self, tool, *times):
        for number, value in enumerate(times):
            self.results.add(number, tool, {"row": {"converged": value is not None, "time": value or 0.1}})

    def test_a_ratio_is_taken_within_each_round(self):
        self.add("syncbox", 1, 20, 3)
        self.add("rsync", 2, 10, 6)
        # 0.5, 2, 0.5; the medians of the times would give 3 / 6 too, those of slow rounds alone 2.
        self.assertEqual(self.results.ratio("row", "syncbox", ["rsync"]), 0.5)

    def test_a_ratio_to_many_is_the_one_to_the_best_of_the_round(self):
        self.add("syncbox", 2, 2)
        self.add("one", 1, 8)
        self.add("other", 4, 1)
        self.assertEqual(self.results.ratio("row", "syncbox", ["one", "other"]), 2)

    def test_what_did_not_become_equal_counts_for_nothing(self):
        self.add("syncbox", 4, 4, 4)
        self.add("broken", None, None, None)
        self.assertIsNone(self.results.median("row", "broken", "time"))
        self.assertIsNone(self.results.ratio("row", "syncbox", ["broken"]))
        self.add("half", None, 2, 2)
        self.assertEqual(self.results.ratio("row", "syncbox", ["broken", "half"]), 2)

    def test_rounds_go_on_where_they_ended(self):
        self.add("syncbox", 1, 2)
        again = Results(self.results.path)
        self.assertEqual(again.next_round(), 2)
        self.assertEqual(again.median("row", "syncbox", "time"), 1.5)

    def test_a_percentile_is_a_sample_and_what_was_lost_the_largest(self):
        samples = list(range(1, 101))
        for percent, expected in ((50, 50), (99, 99), (100, 100), (1, 1)):
            self.assertEqual(percentile(samples, percent), expected)
        self.assertIsNone(percentile([1, None], 100))
        self.assertEqual(percentile([None, 1], 50), 1)
        self.assertIsNone(percentile([], 50))

    def test_the_exponent_is_the_power_of_the_growth(self):
        for after, expected in ((1, 0), (10, 1), (100, 2)):
            self.assertAlmostEqual(exponent_of(1, after, 10), expected)

    def test_a_target_is_reached_up_to_its_limit(self):
        for value, expected in ((0.5, "ok"), (1, "ok"), (1.01, "MISSED"), (float("inf"), "MISSED"), (None, "-")):
            self.assertEqual(verdict(value, 1), expected)
