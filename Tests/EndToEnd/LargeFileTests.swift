// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Files that don't fit into a batch.
    @Suite struct LargeFileTests {
        /// What a daemon may use, in bytes.
        private static let mostMemory = 64 << 20

        @Test(
            "A file of 1.5 GB that is written slowly is mirrored, in little memory", .tags(.heavy),
            .enabled(if: runsHeavyTests))
        func slow() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                // The sleep is the input: a writer that takes its time.
                try await mirror.inSource(
                    """
                    head -c 64M /dev/urandom > $OUTSIDE/block
                    for i in {1..24}; do { echo $i; cat $OUTSIDE/block; } >> large; sleep 0.5; echo $i > small; done
                    """)
                try await mirror.converges(within: .seconds(180))
                let (client, server) = (try mirror.client.peakMemory(), try mirror.server.peakMemory())
                print("1.5 GB: at most \(client >> 20) MiB in the client, \(server >> 20) MiB in the server")
                #expect(client < Self.mostMemory)
                #expect(server < Self.mostMemory)
            }
        }

        @Test("A sparse file of 1 GiB arrives as one, with little traffic, and changes of it too")
        func sparse() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(
                    """
                    truncate -s 1G sparse
                    for at in 0 511 1000; do
                        dd if=/dev/urandom of=sparse bs=1M count=1 seek=$at conv=notrunc status=none
                    done
                    truncate -s 300M empty; truncate -s 250K small
                    """)
                try await mirror.start()
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.bytesSent ?? .max < 4 << 20)
                try await mirror.inSource(
                    "dd if=/dev/urandom of=sparse bs=64K count=1 seek=9000 conv=notrunc status=none")
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.bytesSent ?? .max < 8 << 20)
                let room = try await mirror.inSource(
                    """
                    for name in sparse empty small; do
                        sync "$name" "$DESTINATION/$name"
                        echo $(($(stat -c %b "$DESTINATION/$name") - $(stat -c %b "$name")))
                    done
                    """)
                // In units of 512 bytes; a file system may need a block more to tell where the data is.
                #expect(room.split(separator: "\n").allSatisfy { abs(Int($0) ?? .max) <= 16 }, "\(room)")
            }
        }

        @Test(
            "A large file that is appended to without a pause arrives as it was at some instant, again and again",
            .tags(.heavy), .enabled(if: runsHeavyTests))
        func growing() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("head -c 20M /dev/urandom > log; head -c 16K /dev/urandom > $OUTSIDE/more")
                try await mirror.start()
                let source = mirror.source
                // One descriptor that stays open: the file is never closed, and never rests for as long as it takes to read it.
                async let writing = script(
                    """
                    exec 3>> log
                    until [ -e ../stop ]; do cat ../more >&3; sleep 0.01; done
                    """, in: source)
                var sizes: Set<String> = []
                try await eventually("two versions of it are seen", within: .seconds(200)) {
                    sizes.insert(
                        try await mirror.inSource(
                            """
                            cp $DESTINATION/log $OUTSIDE/seen 2> /dev/null || exit 0
                            size=$(stat -c %s $OUTSIDE/seen)
                            head -c $size log | cmp - $OUTSIDE/seen && echo $size
                            """))
                    return sizes.subtracting([""]).count >= 2
                }
                try await mirror.inSource("touch $OUTSIDE/stop")
                _ = try await writing
                try await mirror.converges(within: .seconds(120))
            }
        }

        /// A change of a file of 40 MB, and the most bytes that may be sent because of it.
        struct Change: CustomTestStringConvertible {
            var testDescription: String
            var script: String
            var mostSent: UInt64
        }

        @Test("An edit of a large file sends the edit")
        func delta() async throws {
            try await withMirror { mirror in
                // The same bytes each time: where a file is cut, and so how much is sent, depends on them. One edit in ten of random ones
                // lies in a piece of more than 200 KB.
                try await mirror.inSource(
                    "python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(40 << 20))' > large"
                )
                try await mirror.start()
                try await mirror.converges()
                for change in Self.changes {
                    let before = try await mirror.clientStatus()?.bytesSent ?? .max
                    try await mirror.inSource(change.script)
                    try await mirror.converges()
                    let sent = try await mirror.clientStatus().map { $0.bytesSent - before } ?? .max
                    #expect(sent <= change.mostSent, "\(change.testDescription)")
                }
            }
        }

        private static let changes = [
            Change(
                testDescription: "4 KiB are overwritten",
                script: "dd if=/dev/urandom of=large bs=4k count=1 seek=5000 conv=notrunc status=none",
                mostSent: 200_000),
            Change(
                testDescription: "1 MiB is inserted at its front",
                script: "{ head -c 1M /dev/urandom; cat large; } > new; mv new large", mostSent: 1_300_000),
            Change(
                testDescription: "it is appended to", script: "head -c 100K /dev/urandom >> large", mostSent: 300_000),
            Change(testDescription: "it is touched", script: "touch large", mostSent: 0),
            Change(testDescription: "it is copied", script: "cp large copy", mostSent: 0),
            Change(testDescription: "its beginning is cut off", script: "tail -c 30M large > cut", mostSent: 31 << 20),
            Change(
                testDescription: "it is moved and appended to", script: "mv large d; echo more >> d", mostSent: 200_000),
        ]

        @Test("A bandwidth that large files keep to holds no small change up")
        func bandwidth() async throws {
            try await withMirror { mirror in
                mirror.settings.uploadBandwidth = "1M"
                try await mirror.inSource("head -c 40M /dev/urandom > large")
                try await mirror.start()
                try await eventually("some of the large file has arrived") {
                    let size = try await mirror.inSource("find $DESTINATION/.syncbox/staging -name 'u-*' -printf %s")
                    return Int(size) ?? 0 > 0
                }
                try await mirror.inSource("echo 1 > small; echo 2 > other; rm small")
                try await eventually("the small files are there") {
                    try await mirror.inSource("cd $DESTINATION; ls small other large 2> /dev/null || true") == "other\n"
                }
            }
        }

        @Test("An upload goes on after the client was killed: what had arrived is not sent again")
        func resumed() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.inSource("head -c 200M /dev/urandom > large")
                try await eventually("something has arrived") {
                    let size = try await mirror.inSource(
                        "find $DESTINATION/.syncbox/staging -name 'u-*' -printf %s")
                    return (Int(size.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 70 << 20
                }
                try await mirror.client.end(by: SIGKILL)
                try await mirror.startClient()
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.bytesSent ?? .max < 140 << 20)
            }
        }

        @Test("Files around the largest that travels in a batch are mirrored, and changed, and renamed")
        func sizes() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(
                    "for n in 262143 262144 262145 524288 3000000; do head -c $n /dev/urandom > $n; done")
                try await mirror.start()
                try await mirror.converges()
                try await mirror.inSource(
                    """
                    mkdir d; mv 3000000 d/moved; echo more >> d/moved; truncate -s 100 524288; cp 262145 copy
                    head -c 262145 /dev/urandom > 262145; head -c 1 /dev/urandom >> 262144
                    """)
                try await mirror.converges()
            }
        }
    }
}
