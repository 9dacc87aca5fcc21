// SPDX-License-Identifier: Apache-2.0
import CLinux
import FoundationEssentials
import Glibc
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import SyncboxCore
import Systemd

/// Answers the command `syncbox`, by HTTP over a Unix socket.
///
///     var control = try ControlSocket(path: ControlSocket.path(context.environment, stateDirectory: ...), ...)
///     control.get("status") { await engine.status() }       // GET /v1/status
///     control.post("rescan") { await engine.rescan() }      // POST /v1/rescan
///     control.post("wait") { (request: WaitRequest) in ... } // POST /v1/wait, with what is asked for in its body
///
/// Each answer is what the closure returns, in JSON; errors are `application/problem+json`. An answer may take as long as
/// it was asked to: the socket has no timeout of its own, and closures must end when the daemon stops. Who may connect is
/// decided by the file system: the socket's mode is 0660, so root and the daemon's group may.
package struct ControlSocket: Service {
    /// The longest body of a request, in bytes.
    package static let longestRequest = 64 << 10

    private let path: String
    private let lock: ControlLock
    private let logger: Logger
    private let onListening: @Sendable () -> Void
    private var routes: [Route] = []

    /// One thing that can be asked for.
    private struct Route: Sendable {
        let method: HTTPRequest.Method
        /// Its path.
        let path: String
        let answer: @Sendable (Request) async throws -> Response
    }

    /// Where the socket is: in `$RUNTIME_DIRECTORY`; for a daemon run by hand, in its state directory.
    package static func path(_ environment: ServiceEnvironment, stateDirectory: String) -> String {
        "\(directory(environment, stateDirectory: stateDirectory))/\(DaemonKind.controlSocketName)"
    }

    /// Where the socket is, and whatever else lives no longer than the daemon.
    package static func directory(_ environment: ServiceEnvironment, stateDirectory: String) -> String {
        environment.runtimeDirectory ?? stateDirectory
    }

    /// Takes the lock of the socket at `path`; throws when another daemon has it. `onListening` is called when clients
    /// can connect; it fits `Readiness.require()`.
    package init(path: String, logger: Logger, onListening: @escaping @Sendable () -> Void) throws(FatalError) {
        guard path.utf8.count <= SocketAddress.longestSocketPath else {
            throw FatalError(
                .configuration,
                "the control socket's path is longer than \(SocketAddress.longestSocketPath) bytes: \(path)",
                remedy: "choose a shorter directory")
        }
        self.path = path
        self.logger = logger
        self.onListening = onListening
        lock = try ControlLock(path: path.replacingSuffix(".sock", with: ".lock"))
    }

    /// Answers `GET /v1/name`. For what only looks.
    package mutating func get<Answer: Encodable & SendableMetatype>(
        _ name: String, answer: @escaping @Sendable () async throws -> Answer
    ) {
        routes.append(Route(method: .get, path: "/v1/\(name)") { _ in try await Response(json: answer()) })
    }

    /// Answers `POST /v1/name`. For what does something.
    package mutating func post<Answer: Encodable & SendableMetatype>(
        _ name: String, answer: @escaping @Sendable () async throws -> Answer
    ) {
        routes.append(Route(method: .post, path: "/v1/\(name)") { _ in try await Response(json: answer()) })
    }

    /// Answers `POST /v1/name` with a JSON body of up to `longestRequest` bytes that says what exactly is to be done. A body
    /// that doesn't is answered 400, one that is too long 413.
    package mutating func post<Order: Decodable & SendableMetatype, Answer: Encodable & SendableMetatype>(
        _ name: String, answer: @escaping @Sendable (Order) async throws -> Answer
    ) {
        routes.append(
            Route(method: .post, path: "/v1/\(name)") { request in
                let body = try await request.body.collect(upTo: Self.longestRequest)
                let order: Order
                do {
                    order = try JSONDecoder().decode(Order.self, from: Data(body.readableBytesView))
                } catch {
                    throw ProblemDetails(.badRequest, detail: "the body does not say what to do: \(error)")
                }
                return try await Response(json: answer(order))
            })
    }

    /// Answers `GET /metrics` with what is measured, as Prometheus reads it.
    package mutating func metrics(_ text: @escaping @Sendable () async throws -> String) {
        routes.append(Route(method: .get, path: "/metrics") { _ in try await Response(metrics: text()) })
    }

    package func run() async throws {
        // That this socket listens, and on what, interests nobody but its command.
        var logger = logger
        logger.logLevel = .warning
        let application = Application(
            router: router(),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { [path, onListening] _ in
                // Until then the umask applies, under which nobody else can connect.
                chmod(path, 0o660)
                onListening()
            },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            throw FatalError(.cannotCreate, "cannot listen on \(path): \(error)")
        }
        withExtendedLifetime(lock) {}
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        for route in routes {
            router.on("\(route.path)", method: route.method) { request, _ in try await route.answer(request) }
        }
        return router
    }
}

extension String {
    /// The text with `new` for the `suffix` that it ends with.
    fileprivate func replacingSuffix(_ suffix: String, with new: String) -> String {
        hasSuffix(suffix) ? dropLast(suffix.count) + new : self + new
    }
}
