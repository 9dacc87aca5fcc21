// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

extension Mirroring {
    /// Nobody sees half a file at the destination.
    @Suite struct WholeTests {
        @Test(
            "A file that is replaced again and again is always seen whole, also when the server is killed",
            arguments: [40_000, 2_000_000])
        func replaced(size: Int) async throws {
            try await withMirror { mirror in
                try await mirror.inSource("head -c \(size) /dev/zero | tr '\\0' A > file")
                try await mirror.start()
                try await mirror.converges()
                let reader = Reader(path: "\(mirror.destination)/file", size: size)
                async let reading: Void = reader.run()
                let source = mirror.source
                async let replacing = script(
                    """
                    for i in {1..300}; do
                        for letter in A B C D; do
                            [ ! -e ../stop ] || exit 0
                            head -c \(size) /dev/zero | tr '\\0' $letter > new; mv new file; sleep 0.1
                        done
                    done
                    """, in: source)
                for _ in 1...2 {
                    let seen = reader.versionsSeen
                    try await eventually("another version is seen") { reader.versionsSeen > seen }
                    try await mirror.server.end(by: SIGKILL)
                    try await mirror.startServer()
                }
                try await mirror.inSource("touch ../stop")
                _ = try await replacing
                try await mirror.converges()
                reader.stop()
                _ = await reading
                #expect(reader.torn == nil)
            }
        }
    }
}

/// Reads a file over and over, on a thread of its own, and notes when it is not one letter throughout, or of another size.
private final class Reader: Sendable {
    private let path: String
    private let size: Int
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        var versionsSeen = 0
        var torn: String?
    }

    init(path: String, size: Int) {
        self.path = path
        self.size = size
    }

    /// How often a read gave another version than the one before.
    var versionsSeen: Int { state.withLock(\.versionsSeen) }
    /// What was seen of the first torn version.
    var torn: String? { state.withLock(\.torn) }

    func stop() {
        state.withLock { $0.isStopped = true }
    }

    func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { done in
                Thread.detachNewThread {
                    self.readUntilStopped()
                    done.resume()
                }
            }
        } onCancel: {
            stop()
        }
    }

    private func readUntilStopped() {
        var last: UInt8?
        while !state.withLock(\.isStopped) {
            let content = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
            let isWhole = content.count == size && content.isOfOneByte
            state.withLock {
                if !isWhole, $0.torn == nil { $0.torn = "\(content.count) bytes, from \(content.first ?? 0)" }
                if content.first != last { $0.versionsSeen += 1 }
            }
            last = content.first
        }
    }
}

extension Data {
    /// Whether all bytes are equal: the first equals the second, the second the third, and so on.
    fileprivate var isOfOneByte: Bool {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, bytes.count > 1 else { return true }
            return memcmp(start, start + 1, bytes.count - 1) == 0
        }
    }
}
