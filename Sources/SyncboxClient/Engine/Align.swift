// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

extension Engine {
    /// Brings the index in line with the server's catalog, asking for as much of it as the mirror wants to see.
    func align() async throws {
        rest()
        do {
            var progress = ManifestProgress()
            var next = try mirror.aligned(with: try await link.state(), at: .now)
            while case .needsPage(let path) = next {
                let page = try await link.manifest(after: path)
                next = try mirror.aligned(with: page, &progress, at: .now)
                rest()
            }
        } catch let error as LinkError {
            mirror.failAligning(error, at: .now)
        }
    }
}
