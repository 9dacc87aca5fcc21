// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Asks whoever sits at the terminal, and takes no answer that can't be used.
struct Questions {
    /// How often a person may be wrong about one thing before the command gives up.
    static let mostAttempts = 20

    /// What is wrong with an answer, and what would be right.
    struct WrongAnswer: Error {
        let text: String
        /// What the command ends with where nobody can be asked again.
        var exitCode = ExitCode.usage
    }

    /// Whether somebody can be asked: standard input is a terminal.
    let canAsk: Bool

    /// The answer to `question`: what was `given` on the command line by `option`, or what a person types. `standard` is what holds
    /// where they type nothing; it may be empty. `check` makes of it what is wanted, or throws a `WrongAnswer`, after which they are asked again.
    func answer<Value>(
        _ question: String, given: String?, option: String, standard: String? = nil,
        check: (String) async throws -> Value
    ) async throws -> Value {
        if let given { return try await finally(given, option, check) }
        guard canAsk else {
            guard let standard else {
                throw CommandFailure(.usage, "give \(option): standard input is no terminal, so nobody can be asked")
            }
            return try await finally(standard, option, check)
        }
        for _ in 0..<Self.mostAttempts {
            let shown = standard.flatMap { $0.isEmpty ? nil : " [\($0)]" } ?? ""
            print("\(question)\(shown): ", terminator: "")
            fflush(nil)
            guard let line = readLine() else {
                print()
                throw CommandFailure(.usage, "no more answers; nothing was written")
            }
            let typed = line.trimmedOfBlanks
            guard let text = typed.isEmpty ? standard : typed else { continue }
            do {
                return try await check(text)
            } catch let wrong as WrongAnswer {
                print("  \(wrong.text)")
            }
        }
        throw CommandFailure(.usage, "\(option): no answer could be used; nothing was written")
    }

    private func finally<Value>(
        _ text: String, _ option: String, _ check: (String) async throws -> Value
    ) async throws -> Value {
        do {
            return try await check(text)
        } catch let wrong as WrongAnswer {
            throw CommandFailure(wrong.exitCode, "\(option): \(wrong.text)")
        }
    }
}

extension String {
    /// The text without blanks at its ends.
    fileprivate var trimmedOfBlanks: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
