// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import Systemd
import SyncboxDaemon
import Testing

@Suite("ServiceEnvironment")
struct ServiceEnvironmentTests {
    @Test(
        "The runtime directory is the first absolute one",
        arguments: [
            (nil, nil), ("", nil), ("run", nil), ("/run/a", "/run/a"), ("/run/a:/run/b", "/run/a"),
        ] as [(String?, String?)])
    func runtimeDirectory(value: String?, expected: String?) {
        let environment = ServiceEnvironment { $0 == "RUNTIME_DIRECTORY" ? value : nil }
        #expect(environment.runtimeDirectory == expected)
    }

    @Test("The control socket is in the runtime directory, or in the state directory of a daemon run by hand")
    func controlSocket() {
        let service = ServiceEnvironment { $0 == "RUNTIME_DIRECTORY" ? "/run/syncbox-client/src" : nil }
        #expect(ControlSocket.path(service, stateDirectory: "/var/lib/x") == "/run/syncbox-client/src/control.sock")
        #expect(ControlSocket.path(ServiceEnvironment { _ in nil }, stateDirectory: "/s") == "/s/control.sock")
    }

    @Test(
        "A stream that is not DEVICE:INODE is none",
        arguments: ["", "1", "1:", ":1", "1:2:3", "a:b", "-1:2", " 1:2"])
    func malformedStream(text: String) {
        #expect(JournalStream(parsing: text) == nil)
    }

    /// The device and inode of the file at `path`, `DEVICE:INODE`, by stat(1): what the manager puts into the variable.
    private static func stream(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/stat")
        process.arguments = ["-L", "-c", "%d:%i", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try #require(try output.fileHandleForReading.readToEnd())
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    @Test("A descriptor leads to the journal when it is the very file that the manager connected")
    func isConnected() throws {
        let paths = try (0..<2).map { _ in
            let path = NSTemporaryDirectory() + "stream-\(UUID().uuidString)"
            try Data().write(to: URL(filePath: path))
            return path
        }
        let handle = try #require(FileHandle(forReadingAtPath: paths[0]))
        #expect(try #require(JournalStream(parsing: Self.stream(paths[0]))).isConnected(to: handle.fileDescriptor))
        let other = try #require(JournalStream(parsing: Self.stream(paths[1])))
        #expect(!other.isConnected(to: handle.fileDescriptor))
        #expect(!other.isConnected(to: -1))
        for path in paths { try FileManager.default.removeItem(atPath: path) }
    }

    @Test("The log goes to the journal only where standard error or output leads there")
    func handler() throws {
        let there = try Self.stream("/dev/stderr")
        for (stream, isJournal) in [(nil, false), ("0:0", false), (there, true)] as [(String?, Bool)] {
            let handler = DaemonLogging.handler(
                identifier: "x", threshold: LogThreshold(.info),
                environment: ServiceEnvironment { $0 == "JOURNAL_STREAM" ? stream : nil })
            #expect((handler is JournalLogHandler) == isJournal)
        }
    }
}
