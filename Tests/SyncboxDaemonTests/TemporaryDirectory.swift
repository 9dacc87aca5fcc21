// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A directory for one test: removed with everything in it when the test is over.
final class TemporaryDirectory: Sendable {
    /// Where it is.
    let place: URL

    init() throws {
        place = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: place)
    }
}
