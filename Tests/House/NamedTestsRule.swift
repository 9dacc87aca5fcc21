// SPDX-License-Identifier: Apache-2.0

/// What a page of `Tests` says of tests is true: each that a row of a table names, in quotation marks, is there.
enum NamedTestsRule {
    /// The names in the tables of `page` that no line of `tests` has.
    static func violations(in page: HouseFile, tests: [HouseFile]) -> [Violation] {
        let lines = tests.filter { $0.suffix == "swift" }.flatMap(\.lines)
        return page.lines.enumerated().filter { $0.element.hasPrefix("|") }.flatMap { index, row in
            names(in: row).filter { name in !lines.contains { $0.contains("\"\(name)\"") } }
                .map { Violation(page, line: index, "no test is named '\($0)'") }
        }
    }

    private static func names(in row: String) -> [String] {
        row.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }
}
