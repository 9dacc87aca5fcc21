// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// How much work the daemons make of what they mirror.
    @Suite struct WorkTests {
        @Test("A burst of 5,000 small files takes fewer than 100 requests and fewer than 200 syncs")
        func burst() async throws {
            try await withMirror { mirror in
                mirror.serverPrefix = mirror.countingSyncs(of: "server")
                mirror.clientPrefix = mirror.countingSyncs(of: "client")
                try await mirror.start()
                try await mirror.converges()
                let before = try #require(await mirror.clientStatus())
                try await mirror.inSource(
                    """
                    head -c 1024 /dev/urandom > $OUTSIDE/block
                    for d in {1..50}; do mkdir $d; for f in {1..100}; do cp $OUTSIDE/block $d/$f; done; done
                    """)
                try await mirror.converges(within: .seconds(120))
                let after = try #require(await mirror.clientStatus())
                try await mirror.client.end()
                try await mirror.server.end()
                let requests = after.batches - before.batches
                let syncs = (try await mirror.syncs(of: "client"), try await mirror.syncs(of: "server"))
                print("5,000 files: \(requests) requests; syncs: client \(syncs.0), server \(syncs.1)")
                #expect(requests < 100)
                #expect(syncs.0 + syncs.1 < 200)
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

        @Test("To rename a directory of 2,000 files is one batch without contents")
        func rename() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("mkdir -p a/b; for f in {1..2000}; do echo $f > a/b/$f; done")
                try await mirror.start()
                try await mirror.converges()
                let before = try #require(await mirror.clientStatus())
                try await mirror.inSource("mv a c")
                try await mirror.converges()
                let after = try #require(await mirror.clientStatus())
                #expect(after.bytesSent == before.bytesSent)
                #expect(after.batches - before.batches <= 2)
                #expect(after.changes - before.changes <= 4)
            }
        }
    }
}

extension Mirror {
    /// The prefix that lets strace(1) count the calls that sync, from the start of a daemon to its end. `-D`: the process
    /// is the daemon.
    fileprivate func countingSyncs(of name: String) -> [String] {
        let calls = "trace=fsync,fdatasync,syncfs,sync,sync_file_range,msync"
        return [
            "/usr/bin/strace", "-D", "-f", "-c", "-U", "name,calls", "-o", "\(directory)/\(name).calls", "-e", calls,
        ]
    }

    /// How many calls there were, once the daemon has ended.
    fileprivate func syncs(of name: String) async throws -> Int {
        var table = ""
        try await eventually("strace tells its count") {
            table = try String(contentsOfFile: "\(directory)/\(name).calls", encoding: .utf8)
            return table.contains("total")
        }
        let total = table.split(separator: "\n").last { $0.contains("total") }
        return try #require(total?.split(separator: " ").compactMap { Int($0) }.first)
    }
}
