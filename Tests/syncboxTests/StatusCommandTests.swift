// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import Testing

@testable import syncbox

/// Runs the command against the daemons' own control socket.
@Suite struct StatusCommandTests {
    private let directory: String
    private var socket: String { "\(directory)/control.sock" }

    init() throws {
        directory = try temporaryDirectory()
    }

    @Test("Everything that a client tells is shown")
    func details() async throws {
        defer { clean() }
        var status = Self.client
        status.started = Int64(Date().timeIntervalSince1970) - 3_700
        let ended = try await serving(status) { try await runSyncbox("status", "--socket", socket) }
        #expect(ended.exitCode == 0)
        #expect(ended.errors.isEmpty)
        // How long it runs depends on how long the test takes.
        let output = ended.output.replacing(/1h \d+min.*/, with: "1h 1min 40s")
            .replacing(/fresh +[0-9]+ [a-z]+ ago/, with: "fresh       AGE ago")
        #expect(
            output == """
                syncbox-client@src
                  state       mirroring
                  source      /srv/src
                  server      http://127.0.0.1:8730, share src
                  link        up
                  fresh       AGE ago, up to 2026-11-24T22:57:42Z
                  confirmed   120342 entries
                  pending     3 paths, 1 on the way
                  rate        0.0 changes/s, 0 bytes/s
                  sent        1 change in 2 batches, 1.5 MiB
                  watches     1 directory
                  skipped     0 special files
                  runs for    1h 1min 40s
                  held        1500 of 2000 entries would go; release it with: syncbox release src
                  problems    2
                    a/b: Permission denied (permission, tried 10 times; next try at once)
                    and 1 more

                """)
    }

    @Test("JSON is the status as the daemon gave it")
    func json() async throws {
        defer { clean() }
        let ended = try await serving(Self.client) { try await runSyncbox("status", "--socket", socket, "--json") }
        #expect(ended.exitCode == 0)
        #expect(ended.output.hasSuffix("}\n"))
        #expect(try JSONDecoder().decode(ClientStatus.self, from: Data(ended.output.utf8)) == Self.client)
    }

    @Test("A server's status is told from a client's")
    func server() async throws {
        defer { clean() }
        let ended = try await serving(Self.server) { try await runSyncbox("status", "--socket", socket, "--json") }
        #expect(ended.exitCode == 0)
        #expect(try JSONDecoder().decode(ServerStatus.self, from: Data(ended.output.utf8)) == Self.server)
    }

    @Test("Everything that a server tells is shown")
    func serverDetails() {
        #expect(
            Self.server.details(now: 1_000 + 86_400) == """
                syncbox-server
                  listens on  127.0.0.1:8730
                  runs for    1d
                  share src
                    holds       10 entries, 2.0 KiB
                    durability  durable
                    applied     5 changes in 1 batch, 2 syncs
                    writer      laptop
                    fresh       up to 2026-11-24T22:57:42Z, told 2026-11-24T22:57:43Z
                """)
    }

    @Test(
        "A problem tells when it is tried again",
        arguments: [
            (nil, ""), (990, "; next try at once"), (1_000, "; next try at once"), (1_059, "; next try in 59 s"),
            (1_499, "; next try in 8 min"), (1_000 + 7_199, "; next try in 119 min"), (8_200, "; next try in 2 h"),
        ])
    func nextAttempt(instant: Int64?, text: String) {
        var status = Self.client
        status.problems[0].nextAttempt = instant
        #expect(status.details(now: 1_000).contains("(permission, tried 10 times\(text))\n"))
    }

    @Test("An instance that is not set up is told, with the way to do so")
    func unknown() async throws {
        defer { clean() }
        for command in ["status", "wait", "rescan", "release", "audit"] {
            let ended = try await runSyncbox(command, "no-such-instance")
            #expect(ended.exitCode == ExitCode.noInput.rawValue, "\(command)")
            #expect(ended.output.isEmpty)
            #expect(
                ended.errors.hasPrefix(
                    "syncbox: there is no instance 'no-such-instance' on this machine: there is no "
                        + "/etc/syncbox/client/no-such-instance.conf\n"))
            #expect(ended.errors.hasSuffix("  set it up:        syncbox init no-such-instance\n"))
        }
    }

    @Test("Of an instance that nothing answers for it is told whether it runs, or which one was meant")
    func down() {
        let instances = Instances(configured: ["src", "docs"], running: ["src"])
        #expect(
            instances.explanation(for: "src", "Connection refused").message == """
                syncbox-client@src.service does not answer: Connection refused
                  start it:         systemctl start syncbox-client@src.service
                  see what it said: syncbox log src
                """)
        #expect(instances.explanation(for: "dosc", "").message.contains("did you mean:     docs\n"))
        #expect(instances.explanation(for: "something", "").message.contains("there is:         docs, src\n"))
    }

    @Test("A socket that nobody serves any more is a daemon that is down")
    func stale() async throws {
        defer { clean() }
        try Data().write(to: URL(filePath: socket))
        let ended = try await runSyncbox("status", "--socket", socket)
        #expect(ended.exitCode == ExitCode.unavailable.rawValue)
        #expect(ended.errors.hasPrefix("syncbox: no daemon answers at \(socket): "))
    }

    @Test("A socket that the user may not use is told apart from a daemon that is down", .enabled(if: getuid() == 0))
    func forbidden() async throws {
        defer { clean() }
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory)
        let syncbox = "/usr/bin/setpriv"
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let binary = URL(filePath: tests).deletingLastPathComponent().appending(path: "syncbox").path
        // A copy, since the place of the build may be closed to others.
        let copy = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        try FileManager.default.copyItem(atPath: binary, toPath: "\(copy)/syncbox")
        let ended = try await run(
            syncbox, ["--reuid=65534", "--clear-groups", "\(copy)/syncbox", "status", "--socket", socket])
        #expect(ended.exitCode == ExitCode.noPermission.rawValue)
        #expect(
            ended.errors
                == "syncbox: \(socket) may not be used; run this as root or as a member of the socket's group\n")
    }

    @Test("An answer that is no status is not taken for one")
    func nonsense() async throws {
        defer { clean() }
        let ended = try await serving(["hello": "world"]) { try await runSyncbox("status", "--socket", socket) }
        #expect(ended.exitCode == ExitCode.protocolMismatch.rawValue)
        #expect(ended.output.isEmpty)
    }

    @Test(
        "A daemon is named in one way",
        arguments: [
            ["src", "--server"], ["src", "--socket", "/x"], ["--server", "--socket", "/x"], [".src"], ["a/b"],
            ["a", "b"],
        ])
    func usage(arguments: [String]) async throws {
        defer { clean() }
        #expect(try await runSyncbox(arguments: ["status"] + arguments).exitCode == ExitCode.usage.rawValue)
    }

    private static let client: ClientStatus = {
        var status = ClientStatus()
        status.instance = "src"
        status.source = "/srv/src"
        status.server = "http://127.0.0.1:8730"
        status.share = "src"
        status.state = "mirroring"
        status.link = "up"
        status.confirmed = 120_342
        status.pending = 3
        status.inFlight = 1
        status.changes = 1
        status.batches = 2
        status.bytesSent = 1_600_000
        status.watches = 1
        status.problems = [
            ProblemReport(path: "a/b", kind: "permission", text: "Permission denied", attempts: 10, nextAttempt: 500)
        ]
        status.problemCount = 2
        status.brake = "1500 of 2000 entries would go"
        status.fresh = 1_795_561_062
        return status
    }()

    private static let server = ServerStatus(
        listen: "127.0.0.1:8730",
        shares: [
            .init(
                description: ShareDescription(
                    name: "src", state: ShareState(epoch: 1, sequence: 2), entries: 10, bytes: 2_048,
                    durability: "durable",
                    fresh: Freshness(
                        instant: Timestamp(seconds: 1_795_561_062), received: Timestamp(seconds: 1_795_561_063))),
                changes: 5, batches: 1, syncs: 2, writer: "laptop")
        ], started: 1_000)

    /// Serves `status` on the daemons' control socket while `work` runs.
    private func serving<Status: Encodable & Sendable & SendableMetatype>(
        _ status: Status, _ work: () async throws -> Ended
    ) async throws -> Ended {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (listening, listens) = AsyncStream.makeStream(of: Void.self)
        var control = try ControlSocket(path: socket, logger: logger) { listens.yield() }
        control.get("status") { status }
        let group = ServiceGroup(configuration: .init(services: [control], logger: logger))
        async let running: Void = group.run()
        for await _ in listening { break }
        let ended = try await work()
        await group.triggerGracefulShutdown()
        try await running
        return ended
    }

    private func clean() {
        try? FileManager.default.removeItem(atPath: directory)
    }
}
