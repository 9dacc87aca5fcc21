// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import FoundationEssentials
import SyncboxCore
import SyncboxLink

/// Asks a client's server for what its share keeps.
struct KeptLink {
    /// How much of a file is fetched with one request, in bytes.
    static let portion: UInt64 = 8 << 20
    /// The longest page, in bytes: as many entries as it may have, with the longest paths and targets, percent-encoded.
    private static let longestPage = KeptPage.mostEntries * 6 * (RelativePath.longestPath + 100)
    /// The longest answer that tells what is wrong, in bytes.
    private static let longestProblem = 64 << 10

    let instance: ClientInstance
    private let client: CurlClient

    /// Connects only when something is asked for.
    init(_ instance: ClientInstance) throws(CommandFailure) {
        self.instance = instance
        do throws(CurlError) {
            client = try CurlClient(
                base: instance.settings.endpoint,
                options: .init(userAgent: "syncbox/\(Version.text)", tls: instance.settings.verification))
        } catch {
            throw CommandFailure(.operatingSystem, "\(error)")
        }
    }

    private var share: String { instance.settings.share }

    /// One page of what is kept at `path` and below it.
    func page(of path: RelativePath, after next: String?) async throws(CommandFailure) -> KeptPage {
        let response = try await get(Endpoints.kept(share, path, after: next), mostBytes: Self.longestPage)
        do {
            return try JSONDecoder().decode(KeptPage.self, from: Data(response.body))
        } catch {
            throw CommandFailure(.protocolMismatch, "the server's answer is not understood: \(error)")
        }
    }

    /// All that is kept at `path` and below it, the newest first.
    func entries(of path: RelativePath) async throws(CommandFailure) -> [KeptEntry] {
        var entries: [KeptEntry] = []
        var next: String?
        repeat {
            let page = try await page(of: path, after: next)
            entries += page.entries
            // A page that gives no entry can't lead on.
            next = page.entries.isEmpty ? nil : page.next
        } while next != nil
        return entries
    }

    /// The bytes of a kept file from `offset` on: a portion, or less at the file's end.
    func content(
        of item: RestorePlan.Item, from offset: UInt64
    ) async throws(CommandFailure) -> [UInt8] {
        let count = min(Self.portion, item.entry.size - offset)
        let target = Endpoints.version(share, item.version, item.path)
        let response = try await get(
            target, more: [("Range", "bytes=\(offset)-\(offset + count - 1)")],
            mostBytes: Int(count) + Self.longestProblem)
        guard response.body.count == count else {
            throw CommandFailure(.temporaryFailure, "\(item.path) did not arrive as it was announced; try again")
        }
        return response.body
    }

    private func get(
        _ target: String, more: [(name: String, value: String)] = [], mostBytes: Int
    ) async throws(CommandFailure) -> HTTPResponse {
        let headers = [(name: "Authorization", value: "Bearer \(instance.key.text)")] + more
        let response: HTTPResponse
        do throws(CurlError) {
            response = try await client.send(
                HTTPRequest(method: "GET", target: target, headers: headers, mostResponseBytes: mostBytes))
        } catch {
            throw CommandFailure(
                error.kind == .protocolViolation ? .protocolMismatch : .unavailable,
                "the server does not answer: \(error.text(with: instance.settings))")
        }
        guard response.isSuccess else { throw failure(response) }
        return response
    }

    private func failure(_ response: HTTPResponse) -> CommandFailure {
        switch response.status {
        case 401: CommandFailure(.noPermission, "the server does not know the key in \(instance.keyFile)")
        case 403: CommandFailure(.noPermission, mayNotRead)
        case 404:
            CommandFailure(
                .noInput, "the server has no share '\(share)' for this key, or keeps what was asked for no longer")
        default: CommandFailure(.unavailable, "the server answers with status \(response.status)")
        }
    }

    private var mayNotRead: String {
        """
        the key in \(instance.keyFile) does not permit to read from share \(share)
          either add read to its permissions in the server's settings, and reload the server
          or make another key, and name its file by --key-file:
            syncbox key new \(share)-restore --share \(share) --permission read --output FILE
        """
    }
}
