// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
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

    @Test("A descriptor leads to the journal when it is the very file that the manager connected")
    func stream() throws {
        let path = NSTemporaryDirectory() + "stream-\(UUID().uuidString)"
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            unlink(path)
        }
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        let stream = try #require(JournalStream(parsing: "\(status.st_dev):\(status.st_ino)"))
        #expect(stream.isConnected(to: descriptor))
        #expect(
            try #require(JournalStream(parsing: "\(status.st_dev):\(status.st_ino + 1)")).isConnected(to: descriptor)
                == false)
        #expect(stream.isConnected(to: -1) == false)
    }

    @Test("The log goes to the journal only where standard error or output leads there")
    func handler() throws {
        var status = stat()
        try #require(fstat(STDERR_FILENO, &status) == 0)
        let there = "\(status.st_dev):\(status.st_ino)"
        for (stream, isJournal) in [(nil, false), ("0:0", false), (there, true)] as [(String?, Bool)] {
            let handler = DaemonLogging.handler(
                identifier: "x", threshold: LogThreshold(.info),
                environment: ServiceEnvironment { $0 == "JOURNAL_STREAM" ? stream : nil })
            #expect((handler is JournalLogHandler) == isJournal)
        }
    }
}
