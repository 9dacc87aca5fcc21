// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// A destination for one test, with short words for what a server does.
struct Destination {
    let disk: TemporaryTree
    let tree: DestinationTree
    let faults: FaultPlan

    init() throws {
        try self.init(at: TemporaryTree())
    }

    /// Opens a destination anew, as after a restart.
    init(at disk: TemporaryTree, keeping uploads: Set<UploadID> = []) throws {
        self.disk = disk
        faults = FaultPlan()
        let root = try disk.open(faults: faults)
        tree = DestinationTree(root: root, staging: try Self.takeStaging(in: root, keeping: uploads))
    }

    /// Another test that starts a program holds copies of all descriptors, locks with them, until the program runs.
    private static func takeStaging(in root: Root, keeping uploads: Set<UploadID>) throws -> Staging {
        for _ in 0..<10_000 {
            let attempt = Result { try Staging(in: root, keeping: uploads) }
            if case .failure(let error as FileError) = attempt, error.code == .busy {
                sched_yield()
            } else {
                return try attempt.get()
            }
        }
        throw FileError(.busy, operation: "lock", path: nil)
    }

    /// Gives what was not committed a modification time that is the same in every run.
    func settle() throws {
        try disk.run("/usr/bin/find", [disk.place, "-exec", "/usr/bin/touch", "-h", "-d", "@7", "{}", "+"])
    }

    /// What is mirrored, as find(1) sees it: kind, mode, modification time (but of directories), target, and the content.
    func listing() throws -> [String] {
        let format = "%P %y %m %TY-%Tm-%TdT%TT %l\n"
        let found = try disk.run(
            "/usr/bin/find",
            [
                disk.place, "-mindepth", "1", "-path", "*/.syncbox", "-prune", "-o", "-type", "d", "-printf",
                "%P d %m\n",
                "-o", "-printf", format,
            ])
        return found.split(separator: "\n").map { line in
            let name = String(line.prefix { $0 != " " })
            return line.contains(" f ") ? line + (disk.content(name) ?? "") : String(line)
        }
        .sorted()
    }

    /// What is staged.
    func staged() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: disk.absolute(".syncbox/staging")).sorted()
    }

    /// The whole commit of one file, in the order that makes it durable.
    func commit(_ name: String, _ content: String, mode: UInt16 = 0o640, seconds: Int64 = 1) throws {
        let place = try path(name)
        let staged = try tree.staging.stage(
            Array(content.utf8), as: file(content, mode: mode, seconds: seconds), keepingOpen: true)
        try tree.syncContents(of: [staged])
        let displaced = try tree.publish(staged, at: place, replacingDirectory: true)
        try tree.restoreModes()
        try tree.syncEntries(at: [place.parent ?? .root])
        if let displaced { try tree.staging.remove(displaced) }
    }
}

/// The entry of a file with this content.
func file(_ content: String, mode: UInt16 = 0o640, seconds: Int64 = 1) -> Entry {
    .file(
        size: UInt64(content.utf8.count), digest: ContentDigest.of(Array(content.utf8)), mode: mode,
        modified: Timestamp(seconds: seconds, nanoseconds: 123_456_789))
}
