// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// A repository with a history is cloned into the source and taken through its tags.
    @Suite struct GitTests {
        /// Who is killed meanwhile.
        enum Victim: CaseIterable {
            case nobody, server, client
        }

        @Test(
            "A clone and the checkouts of ten tags are mirrored, whoever is killed meanwhile", .tags(.heavy),
            .enabled(if: runsHeavyTests), arguments: Victim.allCases)
        func checkouts(_ victim: Victim) async throws {
            try await withMirror { mirror in
                try await script(Self.history, in: mirror.directory)
                try await mirror.start()
                let (source, variables) = (mirror.source, mirror.variables)
                async let checkouts = script(Self.checkouts, in: source, environment: variables)
                if victim != .nobody { try await kill(victim, of: mirror) }
                _ = try await checkouts
                try await mirror.converges(within: .seconds(120))
                #expect(try await mirror.clientStatus()?.problemCount == 0)
            }
        }

        /// Kills the victim several times, each time in the middle of its work, and starts it again.
        private func kill(_ victim: Victim, of mirror: Mirror) async throws {
            for _ in 1...3 {
                try await eventually("there is work") {
                    let status = try await mirror.clientStatus()
                    return (status?.inFlight ?? 0) > 0 && (victim == .server || status?.changes ?? 0 > 0)
                }
                switch victim {
                case .nobody: break
                case .server:
                    try await mirror.server.end(by: SIGKILL)
                    try await mirror.startServer()
                case .client:
                    try await mirror.client.end(by: SIGKILL)
                    try await mirror.startClient()
                }
            }
        }

        /// A repository `history`: a thousand files and ten tags, with edits, additions, removals, renames of files and of
        /// directories, and links between them, by chance but from one seed.
        private static let history = """
            RANDOM=20
            git init -q -b main history; cd history
            git config user.name Somebody; git config user.email somebody@example.org; git config gc.auto 0
            for d in {1..40}; do
                mkdir -p src/$d
                for f in {1..26}; do echo "$d $f $RANDOM" > src/$d/$f.txt; done
            done
            git add -A; git commit -qm 0; git tag v0
            for t in {1..9}; do
                for n in {1..150}; do
                    d=$((RANDOM % 40 + 1)); f=src/$d/$((RANDOM % 30 + 1)).txt; mkdir -p src/$d
                    case $((RANDOM % 6)) in
                        0) rm -f $f ;;
                        1) [[ ! -e $f ]] || mv $f src/$d/moved-$n.txt ;;
                        2) ln -sf ../$((RANDOM % 40 + 1))/1.txt $f ;;
                        3) rm -f $f; echo $RANDOM > $f; chmod +x $f ;;
                        *) rm -f $f; for ((i = RANDOM % 500; i > 0; i--)); do echo "$RANDOM"; done > $f ;;
                    esac
                done
                mv src/$t src/renamed-$t
                git add -A; git commit -qm $t; git tag v$t
            done
            git count-objects > /dev/null
            """

        private static let checkouts = """
            git clone -q --no-local $OUTSIDE/history clone; cd clone
            for t in 0 5 2 9 1 7 3 8 4 6; do git checkout -q v$t; done
            git checkout -q main; git gc -q
            """
    }
}
