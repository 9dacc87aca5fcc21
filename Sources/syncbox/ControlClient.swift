// SPDX-License-Identifier: Apache-2.0

import CLinux
import CurlHTTP
import FoundationEssentials
import SyncboxCore

/// Asks one daemon, by HTTP over its control socket.
struct ControlClient {
    /// How long a daemon may take to answer a question about its state.
    static let longestAnswer = Duration.seconds(10)
    /// The longest answer, in bytes.
    static let mostAnswerBytes = 16 << 20

    /// The socket's path.
    let socket: String
    /// Whose socket it is; nil where the path alone is known.
    let daemon: DaemonKind?

    /// A client of the daemon at its own socket, or at `socket`.
    init(_ daemon: DaemonKind) {
        self.daemon = daemon
        socket = daemon.controlSocket
    }

    /// A client of whatever daemon listens at `socket`.
    init(socket: String) {
        daemon = nil
        self.socket = socket
    }

    /// Answers what `GET /v1/NAME` does, decoded. Throws `.unavailable` where no daemon answers, `.noPermission` where the
    /// socket may not be used, `.protocolMismatch` where the answer isn't understood.
    func get<Answer: Decodable>(_ name: String) async throws(CommandFailure) -> Answer {
        try await ask("GET", name, .none, longestAnswer: Self.longestAnswer)
    }

    /// The same for `POST /v1/NAME`, with `order` in JSON as its body. Where the daemon says that it can't do so now, that
    /// is thrown as `.temporaryFailure`.
    ///
    /// - `longestAnswer`: how long it may take.
    func post<Answer: Decodable>(
        _ name: String, _ order: some Encodable, longestAnswer: Duration = Self.longestAnswer
    ) async throws(CommandFailure) -> Answer {
        let body: Data
        do {
            body = try JSONEncoder().encode(order)
        } catch {
            throw CommandFailure(.software, "what to ask can't be written down: \(error)")
        }
        return try await ask("POST", name, .bytes(Array(body)), longestAnswer: longestAnswer)
    }

    private func ask<Answer: Decodable>(
        _ method: String, _ name: String, _ body: HTTPBody, longestAnswer: Duration
    ) async throws(CommandFailure) -> Answer {
        try checkAccess()
        let response: HTTPResponse
        do {
            let client = try CurlClient(base: .unix(path: socket), options: .init(userAgent: "syncbox"))
            response = try await client.send(
                HTTPRequest(
                    method: method, target: "/v1/\(name)", body: body,
                    timeouts: HTTPTimeouts(stall: nil, total: longestAnswer),
                    mostResponseBytes: Self.mostAnswerBytes))
        } catch {
            if error.kind == .protocolViolation { throw CommandFailure(.protocolMismatch, "\(socket): \(error)") }
            throw down("\(error)")
        }
        guard response.isSuccess else { throw refusal(response) }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(response.body))
        } catch {
            throw CommandFailure(.protocolMismatch, "the answer of \(socket) is not understood: \(error)")
        }
    }

    /// What an answer other than success means: a daemon of this version says 409 or 503 where it can't at the moment.
    private func refusal(_ response: HTTPResponse) -> CommandFailure {
        /// The member of a problem that people read.
        struct Problem: Decodable {
            var detail: String?
        }
        let detail = try? JSONDecoder().decode(Problem.self, from: Data(response.body)).detail
        guard let detail, response.status == 409 || response.status == 503 else {
            return CommandFailure(.protocolMismatch, "\(socket) answered with status \(response.status)")
        }
        return CommandFailure(.temporaryFailure, detail)
    }

    /// libcurl tells no reason why a Unix socket can't be connected to; access(2) does. Connecting takes the right to
    /// write (unix(7)).
    private func checkAccess() throws(CommandFailure) {
        guard access(socket, W_OK) != 0 else { return }
        switch linux_errno() {
        case EACCES, EPERM:
            throw CommandFailure(
                .noPermission, "\(socket) may not be used; run this as root or as a member of \(group)")
        case let number: throw down(String(cString: linux_error_text(number)))
        }
    }

    /// Who may use the socket.
    private var group: String {
        switch daemon {
        case .server: "the group syncbox-server"
        case .client: "the group syncbox-client"
        case nil: "the socket's group"
        }
    }

    private func down(_ reason: String) -> CommandFailure {
        switch daemon {
        case nil: CommandFailure(.unavailable, "no daemon answers at \(socket): \(reason)")
        case .client(let instance):
            (try? Instances.find())?.explanation(for: instance, reason)
                ?? CommandFailure(.unavailable, "\(socket): \(reason)")
        case .server:
            CommandFailure(
                .unavailable,
                """
                \(DaemonKind.server.unit) does not answer: \(reason)
                  start it:         systemctl start \(DaemonKind.server.unit)
                  see what it said: syncbox log --server
                """)
        }
    }
}
