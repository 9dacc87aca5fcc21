// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// How much work the daemons make of what they mirror.
    @Suite struct WorkTests {
        /// Something that happens in the source, and the most that the daemons may do about it.
        struct Case: CustomTestStringConvertible {
            var name: String
            /// What is there before, by a script.
            var before = ":"
            /// What happens.
            var change: String
            var limit: Work

            var testDescription: String { name }
        }

        /// One path changes: one batch, and on a slow machine two; a request more tells how far the destination reflects the
        /// source.
        static func one(wire: Int) -> Work { Work(requests: 3, wire: wire, syncs: 6, commits: 5, pages: 24) }

        /// 2,000 small files in one directory.
        static let many = "mkdir -p a/b; for f in {1..2000}; do echo $f > a/b/$f; done"

        /// Limits are what is done today and a little more; whoever raises one says why.
        static let cases = [
            Case(
                name: "a new file of 4 KiB", change: "head -c 4096 $OUTSIDE/block > $OUTSIDE/file; mv $OUTSIDE/file .",
                limit: one(wire: 6_500)),
            Case(
                name: "4 KiB written over", before: "head -c 4096 $OUTSIDE/block > file",
                change: "tail -c 4096 $OUTSIDE/block > file", limit: one(wire: 6_500)),
            Case(name: "a file renamed", before: "echo 1 > file", change: "mv file other", limit: one(wire: 2_000)),
            Case(name: "a file removed", before: "echo 1 > file", change: "rm file", limit: one(wire: 2_000)),
            Case(
                name: "a burst of 5,000 files in 50 directories",
                before: """
                    mkdir $OUTSIDE/burst
                    for d in {1..50}; do
                        mkdir $OUTSIDE/burst/$d; head -c 100K $OUTSIDE/block | split -b 1K - $OUTSIDE/burst/$d/
                    done
                    """,
                change: "cp -r $OUTSIDE/burst .",
                limit: Work(requests: 60, wire: 6_000_000, syncs: 200, commits: 120, pages: 4_000)),
            Case(name: "a directory of 2,000 files renamed", before: many, change: "mv a c", limit: one(wire: 2_000)),
            Case(
                name: "a directory of 2,000 files removed", before: many, change: "rm -r a",
                limit: Work(requests: 30, wire: 60_000, syncs: 60, commits: 60, pages: 1_500)),
            Case(
                name: "a file of 16 MiB", change: "cp $OUTSIDE/block file",
                limit: Work(requests: 10, wire: 17_000_000, syncs: 16, commits: 12, pages: 48)),
            Case(
                name: "a file of 16 MiB touched", before: "cp $OUTSIDE/block file", change: "touch -d 2001-01-01 file",
                limit: one(wire: 2_000)),
        ]

        @Test("What happens costs no more requests, bytes, syncs, transactions and pages than it may", arguments: cases)
        func limited(_ happening: Case) async throws {
            try await withMirror { mirror in
                try await script("head -c 16M /dev/urandom > block", in: mirror.directory)
                try await mirror.inSource(happening.before)
                mirror.traceWork()
                try await mirror.start()
                try await mirror.converges()
                let before = try mirror.work()
                try await mirror.inSource(happening.change)
                try await mirror.converges(within: .seconds(120))
                let work = try mirror.work() - before
                print("\(happening.name): \(work)")
                #expect(work.isWithin(happening.limit), "\(work)\nmay be \(happening.limit)")
                // What traces nothing finds nothing.
                #expect(work.requests > 0 && work.wire > 0 && work.syncs > 0 && work.commits > 0 && work.pages > 0)
            }
        }

        @Test("A lone file is one batch, and sent at once")
        func lone() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.converges()
                let before = try #require(await mirror.clientStatus())
                try await mirror.inSource("echo 1 > $OUTSIDE/file; mv $OUTSIDE/file .")
                let start = ContinuousClock.now
                try await eventually("the file is there") {
                    FileManager.default.fileExists(atPath: "\(mirror.destination)/file")
                }
                print("a lone file: \(ContinuousClock.now - start)")
                try await mirror.converges()
                let after = try #require(await mirror.clientStatus())
                #expect(after.batches - before.batches == 1)
            }
        }

        @Test("A start on an unchanged source opens no file, sends no batch, and asks for no manifest")
        func unchanged() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("mkdir -p a/b c; for f in {1..2000}; do echo $f > a/b/$f; done; ln -s x c/l")
                try await mirror.start()
                try await mirror.converges()
                try await mirror.client.end()
                let told = try mirror.clientLog()
                let calls = "\(mirror.directory)/client.calls"
                mirror.clientPrefix = ["/usr/bin/strace", "-D", "-f", "-o", calls, "-e", "trace=openat2"]
                try await mirror.startClient()
                try await eventually("the source has been compared") {
                    try mirror.clientLog().dropFirst(told.count).contains("has been compared: ")
                }
                try await mirror.converges()
                let status = try #require(await mirror.clientStatus())
                try await mirror.client.end()
                #expect(status.batches == 0)
                #expect(status.bytesSent == 0)
                #expect(try !mirror.clientLog().dropFirst(told.count).contains("reading what the server has"))
                let opened = try String(contentsOfFile: calls, encoding: .utf8).split(separator: "\n")
                #expect(opened.contains { $0.contains("O_DIRECTORY") })
                let read = opened.filter { line in
                    line.contains("O_RDONLY") && !["O_DIRECTORY", "O_PATH", "ENOENT"].contains { line.contains($0) }
                }
                #expect(read.isEmpty)
            }
        }
    }
}
