// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files of the repository that this test was built from.
enum Repository {
    /// The directories that hold what people write, beside the files at the top.
    static let folders = ["Sources", "Tests", "packaging", "systemd", "config"]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The names at the top.
    static func top() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path(percentEncoded: false)).sorted()
    }

    /// Every text below `Repository.folders` and the files at the top, in the order of their paths. What Python leaves
    /// behind when it runs is passed over, as `.gitignore` has it.
    static func files() throws -> [HouseFile] {
        let found = folders.flatMap { folder -> [String] in
            let below = FileManager.default.enumerator(atPath: root.appending(path: folder).path(percentEncoded: false))
            return below?.compactMap { ($0 as? String).map { "\(folder)/\($0)" } } ?? []
        }
        let paths = (["Package.swift", "README.md"] + found).filter { !$0.contains("__pycache__") }
        return try paths.sorted().compactMap { path in
            let url = root.appending(path: path)
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: url.path(percentEncoded: false), isDirectory: &isDirectory)
            guard exists, !isDirectory.boolValue else { return nil }
            // Fixtures of other bytes than text have nothing to be read.
            guard let text = String(validating: try Data(contentsOf: url), as: UTF8.self) else { return nil }
            return HouseFile(path: path, text: text)
        }
    }
}
