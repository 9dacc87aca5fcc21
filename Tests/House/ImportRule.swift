// SPDX-License-Identifier: Apache-2.0

/// Which modules a target may import. A new word here is a design decision; `Sources/README.md` tells the reasons.
enum ImportRule {
    /// A row's own targets and its packages. A star at the end stands for the rest of a name.
    static let allowed: [String: Set<String>] = [
        "SyncboxCore": [],
        "SyncboxFiles": libc.union(["SyncboxCore", "CLinux", "CXXHash", "SystemPackage", "Crypto"]),
        "Systemd": libc.union(["CSystemd", "Logging"]),
        "CurlHTTP": libc.union(["CCurl", "CLinux"]),
        "PreparedSQL": ["GRDB", "GRDBSQLite"],
        "SyncboxLink": libc.union(["SyncboxCore", "CurlHTTP"]),
        "SyncboxTLS": libc.union(["SyncboxCore", "SyncboxFiles", "NIOSSL"]),
        "SyncboxDaemon": libc.union([
            "SyncboxCore", "SyncboxFiles", "Systemd", "CLinux", "Hummingbird", "HTTPTypes", "NIO*", "ServiceLifecycle",
            "UnixSignals", "Logging", "FoundationEssentials",
        ]),
        "SyncboxServer": libc.union([
            "SyncboxCore", "SyncboxFiles", "PreparedSQL", "SyncboxTLS", "SyncboxDaemon", "Systemd", "Hummingbird",
            "HummingbirdCore", "HTTPTypes", "NIO*", "GRDB", "Crypto", "ServiceLifecycle", "Logging",
            "FoundationEssentials",
        ]),
        "SyncboxClient": libc.union([
            "SyncboxCore", "SyncboxFiles", "CurlHTTP", "PreparedSQL", "SyncboxLink", "SyncboxDaemon", "Systemd", "GRDB",
            "ServiceLifecycle",
            "Logging", "FoundationEssentials",
        ]),
        "syncbox-server": libc.union(["SyncboxServer", "SyncboxDaemon", "SyncboxCore", "ArgumentParser"]),
        "syncbox-client": libc.union(["SyncboxClient", "SyncboxDaemon", "SyncboxCore", "ArgumentParser"]),
        "syncbox": libc.union([
            "SyncboxCore", "SyncboxFiles", "SyncboxTLS", "SyncboxLink", "CurlHTTP", "CLinux", "Crypto",
            "ArgumentParser",
            "FoundationEssentials",
        ]),
    ]

    /// What every target but the pure one may use of the system.
    private static let libc: Set<String> = ["Glibc", "Synchronization"]

    static func violations(in file: HouseFile) -> [Violation] {
        guard file.suffix == "swift", let target = file.target else { return [] }
        guard let allowed = allowed[target] else { return [Violation(file, "\(target) has no row in ImportRule")] }
        return file.code.enumerated().flatMap { index, line in
            modules(importedBy: line).filter { !isAllowed($0, by: allowed) }
                .map { Violation(file, line: index, "\(target) must not import \($0)") }
        }
    }

    private static func isAllowed(_ module: String, by allowed: Set<String>) -> Bool {
        allowed.contains(module) || allowed.contains { $0.hasSuffix("*") && module.hasPrefix($0.dropLast()) }
    }

    /// The modules of lines such as `@preconcurrency import struct A.B; import C`; none for any other line.
    private static func modules(importedBy line: String) -> [String] {
        let kinds: Set<Substring> = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
        return line.split(separator: ";").compactMap { statement in
            let words = statement.split(separator: " ")
            guard let position = words.firstIndex(of: "import") else { return nil }
            let isModifier = { (word: Substring) in word.hasPrefix("@") || word.allSatisfy { $0.isLetter } }
            guard words[..<position].allSatisfy(isModifier) else { return nil }
            let path = words[(position + 1)...].drop { kinds.contains($0) }.first
            return path?.split(separator: ".").first.map(String.init)
        }
    }

    /// The first target that is in a circle of rows, if any.
    static func circle(in rows: [String: Set<String>]) -> String? {
        var left = rows
        while let leaf = left.first(where: { $0.value.allSatisfy { left[$0] == nil } }) { left[leaf.key] = nil }
        return left.keys.min()
    }
}
