// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncboxCore

/// A repository in a temporary directory, to ask git what it would ignore. `remove` clears it away.
struct GitRepository {
    /// Where git is, or nil where it is not installed.
    static let git = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git"].first(
        where: FileManager.default.isExecutableFile)

    private let directory: URL

    /// Makes the least that git takes for a repository; `exclude` becomes its `info/exclude`.
    init(exclude: [UInt8] = []) throws {
        directory = FileManager.default.temporaryDirectory
            .appending(component: "syncbox-ignore-\(UUID().uuidString)", directoryHint: .isDirectory)
        for name in [".git/objects", ".git/refs", ".git/info"] {
            try FileManager.default.createDirectory(
                at: directory.appending(path: name), withIntermediateDirectories: true)
        }
        try Data("ref: refs/heads/main\n".utf8).write(to: directory.appending(path: ".git/HEAD"))
        try Data(exclude).write(to: directory.appending(path: ".git/info/exclude"))
    }

    func remove() throws {
        try FileManager.default.removeItem(at: directory)
    }

    /// Makes a directory, and those above it.
    func makeDirectory(_ path: RelativePath) throws {
        for directory in path.ancestors.dropFirst() + [path] where !directory.isRoot {
            try call("mkdir", directory.bytes) { mkdir($0, 0o755) == 0 || errno == EEXIST ? 0 : -1 }
        }
    }

    /// Makes a file, and the directories above it.
    func write(_ content: [UInt8] = [], to path: RelativePath) throws {
        if let parent = path.parent { try makeDirectory(parent) }
        try call("write", path.bytes) { name in
            let fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            defer { close(fd) }
            return fd >= 0 && Foundation.write(fd, content, content.count) == content.count ? 0 : -1
        }
    }

    /// Foundation takes no names that are not UTF-8, so these calls go past it.
    private func call(_ name: String, _ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Int32) throws {
        let whole = (Array(directory.path().utf8) + path + [0]).map { CChar(bitPattern: $0) }
        guard whole.withUnsafeBufferPointer({ $0.baseAddress.map(body) }) == 0 else {
            throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO, userInfo: ["call": "\(name) \(path)"])
        }
    }

    /// Which of `paths` git ignores: one call of `git check-ignore` for all.
    func ignored(of paths: [RelativePath]) throws -> Set<RelativePath> {
        // A dot in front, so that a name beginning with a colon is not taken for a pathspec.
        let input = paths.map { Array("./".utf8) + $0.bytes + [0] }.joined()
        let (inputFile, outputFile) = (directory.appending(path: ".git/in"), directory.appending(path: ".git/out"))
        try Data(input).write(to: inputFile)
        try Data().write(to: outputFile)
        let process = Process()
        process.executableURL = Self.git.map { URL(filePath: $0) }
        process.arguments = ["check-ignore", "--stdin", "-z", "--no-index"]
        process.currentDirectoryURL = directory
        process.environment = ["LC_ALL": "C", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"]
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        try process.run()
        process.waitUntilExit()
        // 0: some are ignored; 1: none is (git-check-ignore(1)).
        guard process.terminationStatus <= 1 else { throw GitFailure(status: process.terminationStatus) }
        let output = try Data(contentsOf: outputFile)
        return try Set(output.split(separator: 0).map { try RelativePath($0.dropFirst(2)) })
    }
}

struct GitFailure: Error {
    let status: Int32
}
