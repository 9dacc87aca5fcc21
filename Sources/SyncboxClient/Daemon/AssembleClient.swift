// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import GRDB
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import SyncboxLink

/// Makes the client daemon that the settings in the file `configuration` describe. The instance is named after the file.
///
/// Throws `SettingsMistakes`, and `FatalError` where the source, the key or the state directory can't be used. That the
/// server is away is no error.
package func assembleClient(configuration: String, context: DaemonContext) async throws -> Daemon {
    let (settings, files) = try loadSettings(
        ClientSettings.self, from: configuration, environment: context.environment)
    try settings.checkCertificates(namedIn: files)
    context.setLogLevel(settings.logLevel)
    let instance = instanceName(of: configuration)
    let outside = try openOutside(settings, instance)
    let index = try openIndex(in: settings.stateDirectory, context.logger)
    let link = ServerLink(
        client: outside.client, uploadClient: outside.uploadClient, settings: settings, key: LinkKey(outside.key),
        writer: "\(instance)-\(try index.writer)")
    let rules = try SourceRules(settings, root: outside.root)
    let runtime = ControlSocket.directory(context.environment, stateDirectory: settings.stateDirectory)
    let watcher = try openWatcher(outside.root, marks: "\(runtime)/\(marksName)") { rules.ignores(directory: $0) }
    let watching = context.readiness.require()
    let statusLine = StatusLineBox()
    let parts = Engine.Parts(
        instance: instance, settings: settings, source: Source(root: outside.root, rules: rules), watcher: watcher,
        link: link,
        readers: try FileThreads(count: 1, name: "reader"),
        logger: context.logger, pulse: context.heartbeat.pulse("engine"), onWatching: watching,
        onStartGoesOn: { context.extendStart(by: Engine.startExtension) }, onChange: statusLine.refresh)
    let engine = try Engine(parts: parts, index: index)
    var control = try ControlSocket(
        path: ControlSocket.path(context.environment, stateDirectory: settings.stateDirectory), logger: context.logger,
        onListening: context.readiness.require())
    control.get("status") { await engine.status() }
    control.metrics { await engine.metrics() }
    control.post("rescan") {
        await engine.rescanAll()
        return await engine.status()
    }
    control.post("release") { try await engine.release() }
    control.post("wait") { (request: WaitRequest) in try await engine.wait(request) }
    control.post("audit") { (request: AuditRequest) in try await engine.beginAudit(request) }
    control.get("audit") { try await engine.auditStatus() }
    let line = StatusLine(notifier: context.notifier) { await engine.status().line }
    statusLine.set(line)
    var services: [any Service] = [control, line, EngineService(engine: engine, threads: outside.thread)]
    if let address = settings.metricsListen {
        services.insert(
            MetricsListener(at: address, logger: context.logger, onListening: context.readiness.require()) {
                await engine.metrics()
            }, at: 1)
    }
    return Daemon(services: services) {
        try await engine.reload(from: configuration, context)
    }
}

/// The directory in which the watch is marked, in the runtime directory or, by hand, in the state directory.
private let marksName = "marks"

/// Begins to watch the source.
private func openWatcher(
    _ root: Root, marks: String, ignores: @escaping @Sendable (RelativePath) -> Bool
) throws -> Watcher {
    do throws(FileError) {
        return try Watcher(root, marks: marks, ignores: ignores)
    } catch {
        throw FatalError(.operatingSystem, "the source can't be watched, with marks in \(marks): \(error)")
    }
}

/// `src` for `/etc/syncbox/client/src.conf`.
private func instanceName(of configuration: String) -> String {
    let file = configuration.split(separator: "/").last ?? ""
    return String(file.hasSuffix(".conf") ? file.dropLast(5) : file)
}

/// What the engine needs from outside: the source, the link, a thread to live on.
private struct Outside {
    var root: Root
    var key: KeySecret
    var client: CurlClient
    var uploadClient: CurlClient
    var thread: FileThreads
}

private func openOutside(_ settings: ClientSettings, _ instance: String) throws -> Outside {
    let root: Root
    do throws(FileError) {
        root = try Root(opening: settings.source, preserving: settings.preserve)
    } catch {
        throw sourceError(settings.source, error)
    }
    let key = try readKey(settings, instance)
    let (endpoint, tls, userAgent) = (settings.endpoint, settings.verification, "syncbox-client/\(Version.text)")
    return Outside(
        root: root, key: key,
        client: try CurlClient(base: endpoint, options: .init(userAgent: userAgent, tls: tls, threadName: "link")),
        uploadClient: try CurlClient(
            base: endpoint,
            options: .init(
                userAgent: userAgent, mostConnections: UploadQueue.mostAtOnce + 1,
                mostBytesPerSecond: settings.uploadBandwidth, tls: tls, threadName: "uploads")),
        thread: try FileThreads(count: 1, name: "engine"))
}

/// Why the source can't be opened, and what to do.
private func sourceError(_ source: String, _ error: FileError) -> FatalError {
    switch error.code {
    case .notFound:
        FatalError(
            .noInput, "the source \(source) does not exist", remedy: "create or mount it; nothing is deleted meanwhile")
    case .notDirectory: FatalError(.configuration, "the source \(source) is no directory")
    case .permission:
        FatalError(
            .noPermission, "the source \(source) may not be read by this service",
            remedy: "give its user the right to, or see the unit's ProtectHome= and InaccessiblePaths= (systemctl edit)"
        )
    // What ends by itself, as a file system that does not answer: worth another start.
    default: FatalError(.inputOutput, "the source \(source) can't be opened: \(error)")
    }
}

/// Opens the index, making its directory where it is missing. A damaged one is put aside: it can be made anew.
private func openIndex(in directory: String, _ logger: Logger) throws -> Index {
    do throws(FileError) {
        try PlainFile.makeDirectory(directory)
    } catch {
        let code: ExitCode = error.code == .inputOutput ? .inputOutput : .cannotCreate
        throw FatalError(code, "the state directory \(directory) can't be made: \(error)")
    }
    let path = "\(directory)/index.sqlite"
    do {
        return try Index(path: path)
    } catch let error as DatabaseError where Index.isDamage(error) {
        logger.log(.aligning, .warning, "the index \(path) is damaged and is made anew: \(error)")
        try PlainFile.putAside(path)
        return try Index(path: path)
    } catch {
        throw FatalError(.inputOutput, "the index \(path) can't be opened: \(error)")
    }
}
