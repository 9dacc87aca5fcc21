// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// Why a command could not do what it was asked, and what the process ends with.
struct CommandFailure: Error {
    /// The process's exit code.
    let exitCode: ExitCode
    /// What failed, where, and what helps; empty where the command has said everything already.
    let message: String

    init(_ exitCode: ExitCode, _ message: String = "") {
        self.exitCode = exitCode
        self.message = message
    }

    /// What goes to standard error: the message after the program's name.
    var text: String { message.isEmpty ? "" : "syncbox: \(message)\n" }
}

extension [ExitCode] {
    /// The codes and their meanings as a paragraph of a command's help.
    var helpText: String {
        "Exit codes:\n"
            + map { "  \($0.rawValue == 0 ? " 0" : "\($0.rawValue)")  \($0.meaning)" }.joined(separator: "\n")
    }
}
