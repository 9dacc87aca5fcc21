// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A source, a destination, and the two daemons between them, all in a temporary directory.
final class Mirror {
    /// What differs from test to test in the client's settings.
    struct ClientSettings {
        var share = "src"
        var startup = "reconcile"
        /// Everything is mirrored, unless a test says otherwise.
        var patterns = ""
        var longestRetry = "1s"
        var preserve = ""
        var uploadBandwidth = ""
        var metricsListen = ""
        /// What stands in `[tls]`; nil for a server that is spoken to in plain text.
        var tls: String?
        /// Nothing is held for its number, unless a test says otherwise.
        var brakePercent = 100
        var brakeCount = 1000
    }

    /// Everything lies in here.
    let directory: String
    var source: String { "\(directory)/source" }
    var destination: String { "\(directory)/destination" }
    var serverState: String { "\(directory)/server" }
    var clientState: String { "\(directory)/client" }
    var keyFile: String { "\(directory)/src.key" }
    var clientConfiguration: String { "\(directory)/src.conf" }
    var serverConfiguration: String { "\(directory)/server.conf" }
    let port: UInt16
    /// A loopback address, where the server listens and the client looks for it.
    var host = "127.0.0.1"

    /// Where the client looks for the server, if that is not the server's own port.
    var clientPort: UInt16?

    var settings = ClientSettings()
    /// What stands in the server's `[tls]`; nil where it speaks plain text.
    var serverTLS: String?
    /// What the daemons are started by; empty for nothing.
    var serverPrefix: [String] = []
    var clientBinary = Binaries.client
    var clientPrefix: [String] = []
    private(set) var runningServer: DaemonProcess?
    private(set) var runningClient: DaemonProcess?

    fileprivate init() throws {
        directory = try Self.temporaryDirectory()
        port = try freePort()
        for path in [source, destination] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        }
    }

    private static func temporaryDirectory() throws -> String {
        // Short: a control socket's path has its limit.
        let name = "syncbox-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let path = FileManager.default.temporaryDirectory.appending(path: name).path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        return path
    }

    /// Makes a key, and settings that know it, and starts both daemons.
    func start() async throws {
        try await makeKey()
        try await startServer()
        try await startClient()
    }

    /// Makes a key for the share, and the server's settings with it.
    func makeKey() async throws {
        try? FileManager.default.removeItem(atPath: keyFile)
        let made = try await run(Binaries.command, ["key", "new", "laptop", "--share", "src", "--output", keyFile])
        try #require(made.exitCode == 0, "\(made.errors)")
        let text = """
            [server]
            listen = \(host):\(port)
            state-directory = \(serverState)
            \(serverTLS.map { "[tls]\n\($0)" } ?? "")

            [share:src]
            path = \(destination)

            \(made.output)
            """
        try text.write(toFile: serverConfiguration, atomically: true, encoding: .utf8)
    }

    /// Starts the server and waits until it answers.
    func startServer() async throws {
        let server = try launchServer()
        try await eventually("the server answers") { try await serverStatus() != nil || !server.isRunning }
        try #require(server.isRunning)
    }

    /// Starts the server and leaves it to itself.
    @discardableResult
    func launchServer() throws -> DaemonProcess {
        let server = try DaemonProcess(
            serverPrefix + [Binaries.server, "--config", serverConfiguration], log: "\(directory)/server.log",
            stateDirectory: serverState)
        runningServer = server
        return server
    }

    /// Starts the client and waits until it watches.
    func startClient() async throws {
        let client = try launchClient()
        try await eventually("the client watches") {
            let state = try await clientStatus()?.state
            return state != nil && state != "starting" || !client.isRunning
        }
        try #require(client.isRunning)
    }

    /// Starts the client and leaves it to itself; with settings that a test has written, where it says so.
    @discardableResult
    func launchClient(writingSettings: Bool = true) throws -> DaemonProcess {
        if writingSettings { try writeClientSettings() }
        let client = try DaemonProcess(
            clientPrefix + [clientBinary, "--config", clientConfiguration], log: "\(directory)/client.log",
            stateDirectory: clientState)
        runningClient = client
        return client
    }

    /// Writes the client's settings as they are now.
    func writeClientSettings() throws {
        let text = """
            [client]
            source = \(source)
            server = \(settings.tls == nil ? "http" : "https")://\(host):\(clientPort ?? port)
            share = \(settings.share)
            key-file = \(keyFile)
            state-directory = \(clientState)
            startup = \(settings.startup)
            preserve = \(settings.preserve)
            upload-bandwidth = \(settings.uploadBandwidth)
            metrics-listen = \(settings.metricsListen)
            \(settings.tls.map { "[tls]\n\($0)" } ?? "")

            [ignore]
            patterns = \(settings.patterns)

            [retry]
            longest = \(settings.longestRetry)

            [safety]
            brake-percent = \(settings.brakePercent)
            brake-count = \(settings.brakeCount)
            """
        try text.write(toFile: clientConfiguration, atomically: true, encoding: .utf8)
    }

    var server: DaemonProcess {
        get throws { try #require(runningServer) }
    }

    var client: DaemonProcess {
        get throws { try #require(runningClient) }
    }

    func clientStatus() async throws -> ClientStatus? { try await client.status() }
    func serverStatus() async throws -> ServerStatus? { try await server.status() }

    /// What the client has logged so far.
    func clientLog() throws -> String { try String(contentsOfFile: "\(directory)/client.log", encoding: .utf8) }

    fileprivate func tearDown() async {
        for daemon in [runningClient, runningServer] {
            // Whatever a test did to it, stopped or not.
            _ = try? await daemon?.end(by: SIGKILL)
        }
        // A test that failed may have left a file system mounted there.
        _ = try? await run("/bin/umount", ["--lazy", "--quiet", destination])
        // By rm(1), which has no limit to the length of paths.
        _ = try? await run("/bin/rm", ["-rf", directory])
    }
}

/// Gives `body` an empty source and destination, and ends and removes everything afterwards. What `body` throws is a
/// failure of the test.
func withMirror(_ body: (Mirror) async throws -> Void) async throws {
    let mirror = try Mirror()
    await FailureLogs.$directory.withValue(mirror.directory) {
        do {
            try await body(mirror)
        } catch is ExpectationFailedError {
            // It has been recorded where it failed.
        } catch {
            Issue.record(error)
        }
    }
    // A client logs what the server told it; where the server has its files is none of its business.
    let log = (try? mirror.clientLog()) ?? ""
    for place in [mirror.destination, mirror.serverState] { #expect(!log.contains(place), "the client was told of it") }
    await mirror.tearDown()
}

/// A port of the loopback that nobody listens on.
func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) != 0 || getsockname(descriptor, $0, &length) != 0
        }
    }
    try #require(!failed)
    return UInt16(bigEndian: address.sin_port)
}
