// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import FoundationEssentials
import SyncboxCore
import SyncboxLink

/// Looks whether a server is there, knows a key, and lets it do what a client does. Changes nothing.
struct ServerCheck {
    /// How long the server may take to answer.
    private static let longestAnswer = Duration.seconds(15)

    private let settings: ClientSettings
    private let client: CurlClient

    /// A check of the server that the settings name.
    init(_ settings: ClientSettings) throws {
        self.settings = settings
        client = try CurlClient(
            base: settings.endpoint,
            options: .init(userAgent: "syncbox/\(Version.text)", tls: settings.verification))
    }

    /// Throws where no Syncbox server answers.
    func reach() async throws {
        let response = try await ask("GET", "/healthz", key: nil)
        guard response.isSuccess else {
            throw Questions.WrongAnswer(
                text: "whoever answers there is no Syncbox server: /healthz gives \(response.status)",
                exitCode: .protocolMismatch)
        }
    }

    /// The names of the shares that the key is good for.
    func shares(of key: KeySecret) async throws -> [String] {
        let response = try await ask("GET", "/v1/shares", key: key)
        if response.status == 401 {
            throw Questions.WrongAnswer(
                text:
                    "the server does not know this key; is its section in the server's settings, and the server reloaded?",
                exitCode: .noPermission)
        }
        guard response.isSuccess,
            let shares = try? JSONDecoder().decode([ShareDescription].self, from: Data(response.body))
        else {
            throw Questions.WrongAnswer(
                text: "the server's answer is not understood (status \(response.status))", exitCode: .protocolMismatch)
        }
        return shares.map(\.name)
    }

    /// Throws where the key lacks what a client needs in the share. Each request is one that comes to nothing: an upload without
    /// a length, and the deletion of what is not there.
    func permissions(of key: KeySecret, in share: String) async throws {
        let probes = [
            ("write", "POST", Endpoints.uploads(share)),
            ("delete", "DELETE", Endpoints.share(share) + "/files/" + Self.nowhere),
        ]
        for (permission, method, target) in probes {
            let response = try await ask(method, target, key: key)
            guard response.status == 403 else { continue }
            throw Questions.WrongAnswer(
                text:
                    "the key may not \(permission) in the share \(share); add it to the key's permissions on the server",
                exitCode: .noPermission)
        }
    }

    /// A path at which nothing is: its parent is longer than any name.
    private static let nowhere = String(repeating: "n", count: RelativePath.longestName - 1) + "/nothing"

    private func ask(_ method: String, _ target: String, key: KeySecret?) async throws -> HTTPResponse {
        do throws(CurlError) {
            return try await client.send(
                HTTPRequest(
                    method: method, target: target,
                    headers: key.map { [(name: "Authorization", value: "Bearer \($0.text)")] } ?? [],
                    timeouts: HTTPTimeouts(stall: nil, total: Self.longestAnswer)))
        } catch {
            throw Questions.WrongAnswer(
                text: "the server does not answer: \(error.text(with: settings))", exitCode: .unavailable)
        }
    }
}
