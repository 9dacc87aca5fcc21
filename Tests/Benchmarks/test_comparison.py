# SPDX-License-Identifier: Apache-2.0
"""The comparison is the benchmark's word on whether a tool did its work: it must miss nothing."""
import os
import tempfile
import unittest

from comparison import Comparison


class ComparisonTests(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.source, self.destination = f"{place.name}/source", f"{place.name}/destination"
        for tree in (self.source, self.destination):
            os.makedirs(f"{tree}/directory/below")
            os.symlink("somewhere", f"{tree}/link")
            for name in ("file", "directory/file"):
                self.write(f"{tree}/{name}", "content")
            os.utime(f"{tree}/file", (1_000_000_000, 1_000_000_000))

    def write(self, path, content):
        with open(path, "w") as file:
            file.write(content)

    def replace_link(self, target):
        os.unlink(f"{self.destination}/link")
        os.symlink(target, f"{self.destination}/link")

    def differences(self, **options):
        return Comparison(self.source, self.destination).differences(**options)

    def test_equal_trees_do_not_differ(self):
        self.assertEqual(self.differences(), {})

    def test_each_kind_of_difference_is_found(self):
        cases = {
            "missing": (lambda: os.unlink(f"{self.destination}/directory/file"), "directory/file"),
            "extra": (lambda: self.write(f"{self.destination}/directory/more", ""), "directory/more"),
            "kind": (lambda: (os.rmdir(f"{self.destination}/directory/below"),
                              self.write(f"{self.destination}/directory/below", "")), "directory/below"),
            "size": (lambda: self.write(f"{self.destination}/file", "content and more"), "file"),
            "target": (lambda: self.replace_link("elsewhere"), "link"),
            "content": (lambda: self.write(f"{self.destination}/file", "CONTENT"), "file"),
        }
        for kind, (change, path) in cases.items():
            with self.subTest(kind):
                change()
                self.assertEqual(self.differences(), {kind: [path]})
                self.doCleanups()
                self.setUp()

    def test_what_was_equal_and_changed_since_is_read_again(self):
        comparison = Comparison(self.source, self.destination)
        self.assertEqual(comparison.differences(), {})
        self.write(f"{self.destination}/directory/file", "CONTENT")
        self.assertEqual(comparison.differences(source_rests=True), {"content": ["directory/file"]})

    def test_times_count_where_they_are_to(self):
        os.utime(f"{self.destination}/file", (1_000_000_001, 1_000_000_001))
        comparison = Comparison(self.source, self.destination)
        self.assertEqual(comparison.differences(), {})
        comparison.times_count = True
        self.assertEqual(comparison.differences(), {"time": ["file"]})

    def test_what_is_the_tools_own_is_passed_over(self):
        os.mkdir(f"{self.destination}/.own")
        self.assertEqual(Comparison(self.source, self.destination, [".own"]).differences(), {})
        self.assertEqual(self.differences(), {"extra": [".own"]})
