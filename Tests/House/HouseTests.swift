// SPDX-License-Identifier: Apache-2.0
import Testing

/// Holds the repository itself against the rules of the house. That each rule bites is in `RuleTests`.
@Suite struct HouseTests {
    private static let files = Result { try Repository.files() }

    private func check(_ rule: (HouseFile) -> [Violation]) throws {
        let files = try Self.files.get()
        // A rule that is shown nothing would always be kept.
        #expect(files.contains { $0.path == "Sources/SyncboxCore/Paths/RelativePath.swift" })
        for violation in files.flatMap(rule) { Issue.record("\(violation)") }
    }

    @Test("A target imports only what its row permits")
    func imports() throws {
        try check(ImportRule.violations)
        #expect(ImportRule.circle(in: ImportRule.allowed) == nil)
    }

    @Test("Every file of code and every unit begins with its licence")
    func licence() throws { try check(LicenceRule.violations) }

    @Test("No file is longer than 400 lines, and no function longer than 60")
    func length() throws { try check(LengthRule.violations) }

    @Test("Nothing is forced, and unchecked things say what protects them")
    func safety() throws { try check(SafetyRule.violations) }

    @Test("Every type and every package member has a documentation comment")
    func documentation() throws { try check(DocumentationRule.violations) }

    @Test("Nothing but the rooms stands at the top")
    func layout() throws { #expect(LayoutRule.strangers(among: try Repository.top()) == []) }

    @Test("Every test that the tests' own page names is there")
    func namedTests() throws {
        let files = try Self.files.get().filter { $0.path.hasPrefix("Tests/") }
        let page = try #require(files.first { $0.path == "Tests/README.md" })
        #expect(page.lines.count { $0.hasPrefix("|") && $0.contains("\"") } > 30, "the table is there")
        for violation in NamedTestsRule.violations(in: page, tests: files) { Issue.record("\(violation)") }
    }

    @Test("Nothing is left over from the making")
    func leftovers() throws { try check(LeftoverRule.violations) }
}
