// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The packages under test.
enum Packages {
    /// Where they are: `$SYNCBOX_PACKAGES`, or where `packaging/deb` puts them.
    static let directory: String = {
        if let chosen = ProcessInfo.processInfo.environment["SYNCBOX_PACKAGES"] { return chosen }
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        return tests.appending(path: "../../.build/deb").standardizedFileURL.path
    }()

    /// Whether the three packages are there, and a box can be booted: that takes root.
    static var canBeTested: Bool {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let names = ["syncbox-server_", "syncbox-client_", "syncbox_"]
        return getuid() == 0 && names.allSatisfy { name in files.contains { $0.hasPrefix(name) } }
    }
}
