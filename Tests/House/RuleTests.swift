// SPDX-License-Identifier: Apache-2.0
import Testing

/// Shows every rule what it must reject, and what it must not.
@Suite struct RuleTests {
    private static func count(_ rule: (HouseFile) -> [Violation], _ text: String, at path: String) -> Int {
        rule(HouseFile(path: path, text: text)).count
    }

    @Test(
        "An import without permission is found",
        arguments: [
            ("SyncboxCore", "import Glibc", 1), ("SyncboxCore", "import Synchronization\nimport Foundation", 2),
            ("SyncboxCore", "// import Glibc", 0), ("SyncboxCore", "let a = \"\"\"\nimport Glibc\n\"\"\"", 0),
            ("SyncboxFiles", "import Glibc\nimport SyncboxCore", 0), ("SyncboxFiles", "import Foundation", 1),
            ("SyncboxFiles", "import FoundationEssentials", 1), ("SyncboxFiles", "import SyncboxServer", 1),
            ("SyncboxFiles", "@preconcurrency import struct NIOCore.ByteBuffer", 1),
            ("SyncboxFiles", "@_exported public import Foundation", 1),
            ("SyncboxFiles", "import Glibc; import GRDB", 1),
            ("SyncboxServer", "import NIOPosix\nimport GRDB\nimport HummingbirdCore", 0),
            ("SyncboxServer", "import CurlHTTP", 1),
            ("SyncboxDaemon", "import FoundationEssentials", 0), ("SyncboxDaemon", "import FoundationNetworking", 1),
            ("CurlHTTP", "import NIOCore", 1), ("Unheard", "", 1),
        ])
    func imports(target: String, text: String, count: Int) {
        #expect(Self.count(ImportRule.violations, text, at: "Sources/\(target)/A.swift") == count)
    }

    @Test("A circle of imports is found")
    func circle() {
        #expect(ImportRule.circle(in: ["a": ["b", "x"], "b": ["c"], "c": ["a"], "d": ["a"]]) == "a")
        #expect(ImportRule.circle(in: ["a": ["b", "c", "x"], "b": ["c"], "c": []]) == nil)
    }

    private static let spdx = "SPDX-License-" + "Identifier: Apache-2.0"

    @Test(
        "A missing licence is found",
        arguments: [
            ("Sources/A/A.swift", "// \(spdx)\n", 0), ("Sources/A/A.swift", "import A\n", 1),
            ("Sources/A/A.swift", "", 1),
            ("Sources/A/A.swift", "\n// \(spdx)\n", 1), ("Sources/A/A.swift", "// \(spdx)-only\n", 1),
            ("Package.swift", "// swift-tools-version:6.2\n// \(spdx)\n", 0),
            ("Package.swift", "// swift-tools-version:6.2\n", 1),
            ("Sources/A/a.h", "/* \(spdx) */\n", 0), ("Sources/A/a.c", "#include <a.h>\n", 1),
            ("Tests/A/tool", "#!/bin/sh\n# \(spdx)\n", 0), ("Tests/A/tool", "#!/bin/sh\n:\n", 1),
            ("Tests/A/tool.sh", ":\n", 1),
            ("systemd/a.service", "# \(spdx)\n[Unit]\n", 0), ("systemd/a.service", "[Unit]\n", 1),
            ("systemd/a.conf", "d /a\n", 1), ("config/a.conf", "[server]\n", 0), ("README.md", "# A\n", 0),
        ])
    func licence(path: String, text: String, count: Int) {
        #expect(Self.count(LicenceRule.violations, text, at: path) == count)
    }

    @Test("A file of more than 400 lines is found", arguments: [(400, 0), (401, 1)])
    func fileLength(lines: Int, count: Int) {
        let text = String(repeating: "//\n", count: lines)
        #expect(Self.count(LengthRule.violations, text, at: "Tests/A/A.swift") == count)
    }

    @Test(
        "A function of more than 60 lines is found",
        arguments: [
            "func a() {",
            "    private static func a<T>(_ b: T = { c }(), d: [Int]) async throws -> (T, [T]) where T: A {",
            "init?(a: Int) {", "deinit {", "subscript(a: Int) -> Int {", "var a: Int {",
            "protocol P { func b() }; func a() {",
            "func + (a: A, b: B) {",
        ])
    func functionLength(start: String) {
        for (lines, count) in [(60, 0), (61, 1)] {
            let text = start + "\n" + String(repeating: "    if a { \"}\" } // }\n", count: lines - 2) + "}\n"
            #expect(Self.count(LengthRule.violations, text, at: "Sources/A/A.swift") == count, "\(lines) lines")
            #expect(Self.count(LengthRule.violations, text, at: "Tests/A/A.swift") == 0)
        }
    }

    @Test(
        "What is no function may be longer",
        arguments: [
            "struct A {", "let a = [", "protocol P { func a(); init(b: Int) }\nstruct B {", "a(.init {",
            "let a = A.init\nextension C {",
        ])
    func noFunction(start: String) {
        let text = start + "\n" + String(repeating: "    // a\n", count: 70) + "}\n"
        #expect(Self.count(LengthRule.violations, text, at: "Sources/A/A.swift") == 0)
    }

    @Test(
        "Forcing is found",
        arguments: [
            ("try! a()", 1), ("a as! B", 1), ("a!.b", 1), ("a()!", 1), ("a[0]! + 1", 1), ("let a: B!", 1),
            ("let a: [B]!", 1),
            ("\"\\(a!)\"", 1), ("a?.b!", 1), ("!a", 0), ("a != b", 0), ("if !a, !b() {", 0), ("// a!", 0),
            ("\"a!\"", 0), ("(!a)", 0),
            ("a! // b", 1), ("#if !os(Linux)", 0), ("{ !$0 }", 0),
        ])
    func forcing(text: String, count: Int) {
        #expect(Self.count(SafetyRule.violations, text, at: "Sources/A/A.swift") == count)
    }

    @Test(
        "What is unchecked and unexplained is found",
        arguments: [
            ("final class A: @unchecked Sendable {}", 1), ("// It is fine.\nfinal class A: @unchecked Sendable {}", 1),
            ("// A lock protects it.\n\nfinal class A: @unchecked Sendable {}", 1),
            ("nonisolated(unsafe) var a = 1 // protected", 1), ("// @unchecked Sendable", 0),
            ("// What protects it: the lock.\nfinal class A: @unchecked Sendable {}", 0),
            ("/// A.\n// Protected by the lock,\n// always.\n@available(*, noasync)\nnonisolated(unsafe) var a = 1", 0),
        ])
    func unchecked(text: String, count: Int) {
        #expect(Self.count(SafetyRule.violations, text, at: "Sources/A/A.swift") == count)
    }

    @Test(
        "A declaration without documentation is found",
        arguments: [
            ("struct A {}", 1), ("package struct A {}", 1), ("    private enum B {", 1), ("final class A {", 1),
            ("actor A {", 1),
            ("package protocol A {", 1), ("@frozen package indirect enum A {", 1), ("// A.\nstruct A {}", 1),
            ("/// A.\n\nstruct A {}", 1), ("/// A.\nstruct A {}", 0),
            ("/// A.\n@frozen\n@available(a)\nstruct A {}", 0),
            ("package func a() {}", 1), ("    package static var a: Int { 1 }", 1),
            ("package private(set) var a = 1", 1),
            ("private(set) package var a = 1", 1), ("package init(a: Int) {", 1), ("package init?(hex: A) {", 1),
            ("package subscript(a: Int) -> Int {", 1), ("package typealias A = B", 1),
            ("@discardableResult package func a() {", 1),
            ("func a() {}", 0), ("private var a = 1", 0), ("init() {}", 0), ("extension A {", 0),
            ("class func a() {", 0),
            ("let a = \"package func\"", 0), ("structure()", 0),
        ])
    func documentation(text: String, count: Int) {
        #expect(Self.count(DocumentationRule.violations, text, at: "Sources/A/A.swift") == count)
        #expect(Self.count(DocumentationRule.violations, text, at: "Tests/A/A.swift") == 0)
    }

    @Test(
        "What a protocol or a property tells needs no comment of its own",
        arguments: [
            ("package static func == (a: A, b: A) -> Bool {", 0), ("package static func < (a: A, b: A) -> Bool {", 0),
            ("package static func <= (a: A, b: A) -> Bool {", 1), ("package func hash(into hasher: inout Hasher) {", 0),
            ("package var description: String {", 0), ("package var descriptions: [String] {", 1),
            ("package init(from decoder: any Decoder) throws {", 0), ("package init(fromage: Int) {", 1),
            ("package init() {", 1), ("package init() {}", 0), ("package init(_ a: Int) {", 1),
            ("let a: Int\npackage init(a: Int) {", 0),
            ("let a: Int\npackage init(a: Int, b: Int) {", 1), ("let a: Int\npackage init(_ a: Int) {", 1),
            ("let a: A\npackage init(a: (B) -> C, b: D) {", 1),
            ("struct A: Service {\npackage func run() async {", 1), ("struct A {\npackage func run() async {", 2),
            ("private enum Keys: String, CodingKey {", 0), ("private enum Keys: String {", 1),
            ("var a: [A]\nlet b: B\npackage init(\n    a: [A: B] = [:], b: @escaping (_ c: C) -> D\n) {", 0),
        ])
    func toldElsewhere(text: String, count: Int) {
        #expect(Self.count(DocumentationRule.violations, text, at: "Sources/A/A.swift") == count)
    }

    @Test("A stranger at the top is found")
    func layout() {
        let names = [
            ".build", ".gitignore", "Package.resolved", "Package.swift", "README.md", "Sources", "Makefile", "docs",
        ]
        #expect(LayoutRule.strangers(among: names) == ["Makefile", "docs"])
    }

    @Test(
        "What is left over is found",
        arguments: [
            ("Sources/A/Place" + "holder.swift", "", 1), ("Sources/A/A.swift", "// TO" + "DO: a", 1),
            ("Tests/A/A.swift", "a() // FIX" + "ME", 1), ("Sources/A/A.swift", "let aTO" + "DOs = 1", 0),
            ("packaging/a.sh", "cd /wo" + "rk/a", 1), ("config/a.conf", "path = /srv/wo" + "rk/a", 0),
            ("systemd/a.service", "ExecStart=/wo" + "rk/a", 1), ("README.md", "as DESI" + "GN.md says", 1),
            ("README.md", "by Clau" + "de", 1), ("README.md", "a framework/path", 0),
        ])
    func leftovers(path: String, text: String, count: Int) {
        #expect(Self.count(LeftoverRule.violations, text, at: path) == count)
    }

    @Test("A test that is named in a table has to be there")
    func namedTests() {
        let page = HouseFile(path: "Tests/README.md", text: "\"One\"\n| x | Here: \"Two\"; \"Three\" |\n")
        let tests = [HouseFile(path: "Tests/A.swift", text: "@Test(\"Two\") func two() {}\n")]
        #expect(
            NamedTestsRule.violations(in: page, tests: tests).map(\.description) == [
                "Tests/README.md:2: no test is named 'Three'"
            ])
    }
}
