// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the shells are given to complete command lines with, as the shells themselves take it.
@Suite(.timeLimit(.minutes(2))) struct CompletionTests {
    @Test(
        "bash completes commands, options, and commands of commands",
        arguments: [
            ("syncbox st", "status"), ("syncbox status --w", "--watch"), ("syncbox log --pro", "--problems"),
            ("syncbox key n", "new"), ("syncbox-server --conf", "--config"), ("syncbox-client --conf", "--config"),
        ])
    func bash(line: String, completed: String) async throws {
        let program = String(line.prefix { $0 != " " })
        let found = try await script(
            """
            source <('\(Binaries.directory)/\(program)' --generate-completion-script bash)
            COMP_LINE='\(line)' COMP_POINT=\(line.count)
            read -ra COMP_WORDS <<<"$COMP_LINE"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            function=$(complete -p \(program) | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            PATH='\(Binaries.directory)':$PATH
            set +euo pipefail
            "$function" \(program) "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """, in: "/")
        #expect(found == completed + "\n")
    }

    @Test(
        "zsh and fish find no fault in theirs", arguments: ["zsh", "fish"],
        ["syncbox", "syncbox-server", "syncbox-client"])
    func syntax(shell: String, program: String) async throws {
        let made = try await run("\(Binaries.directory)/\(program)", ["--generate-completion-script", shell])
        #expect(made.exitCode == 0)
        #expect(made.output.contains(program))
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)") else { return }
        let text = try await script(
            """
            '\(Binaries.directory)/\(program)' --generate-completion-script \(shell) >$TMPDIR/completion-\(program).\(shell)
            \(shell) -n $TMPDIR/completion-\(program).\(shell); rm $TMPDIR/completion-\(program).\(shell)
            """, in: "/", environment: ["TMPDIR": FileManager.default.temporaryDirectory.path])
        #expect(text == "")
    }
}
