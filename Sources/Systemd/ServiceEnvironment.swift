// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The environment variables that the service manager sets for a service (systemd.exec(5), "Environment variables in
/// spawned processes").
package struct ServiceEnvironment: Sendable {
    private let lookup: @Sendable (String) -> String?

    /// Reads the variables of this process, by getenv(3), at each question.
    package init() {
        self.init { name in getenv(name).map { String(cString: $0) } }
    }

    /// Reads the variables from `lookup`, which answers nil for one that is not set.
    package init(lookup: @escaping @Sendable (String) -> String?) {
        self.lookup = lookup
    }

    /// The value of a variable; nil where it is not set.
    package subscript(variable: String) -> String? { lookup(variable) }

    /// The directory that `RuntimeDirectory=` made for the service, below `/run`; nil where there is none. A unit may
    /// name several; they are joined by colons, and the first is the service's own.
    package var runtimeDirectory: String? {
        directory("RUNTIME_DIRECTORY").map { String($0.prefix { $0 != ":" }) }
    }

    /// The file that standard output or error is when it is connected to the journal; nil where neither was.
    package var journalStream: JournalStream? {
        lookup("JOURNAL_STREAM").flatMap(JournalStream.init(parsing:))
    }

    private func directory(_ variable: String) -> String? {
        lookup(variable).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
