// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The programs under test.
enum Binaries {
    /// Where they are: `$SYNCBOX_BINARIES`, or beside the tests, where the build puts them.
    static let directory: String = {
        if let chosen = ProcessInfo.processInfo.environment["SYNCBOX_BINARIES"] { return chosen }
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests ?? "").deletingLastPathComponent().path
    }()

    static let server = "\(directory)/syncbox-server"
    static let client = "\(directory)/syncbox-client"
    static let command = "\(directory)/syncbox"
}
