// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// What ends a daemon: one line in the log, and an exit code that tells the unit whether a restart can mend it.
package struct FatalError: Error, Sendable, CustomStringConvertible {
    /// What the process ends with.
    package let exitCode: ExitCode
    /// What failed, where, and why: `cannot open the catalog /var/lib/.../catalog.sqlite: disk I/O error`.
    package let failure: String
    /// What a person can do about it; nil where the failure says it all.
    package let remedy: String?

    /// What ends the daemon with `exitCode`; `remedy` tells a person what to do.
    package init(_ exitCode: ExitCode, _ failure: String, remedy: String? = nil) {
        self.exitCode = exitCode
        self.failure = failure
        self.remedy = remedy
    }

    /// The failure and, after a semicolon, the remedy.
    package var description: String {
        remedy.map { "\(failure); \($0)" } ?? failure
    }
}
