// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// A file system that shares blocks: XFS in a file. Its place in the tree of directories is given up as soon as it is open,
/// so that it goes away with the last descriptor, also after a kill.
private final class SharingFileSystem {
    private static let programs = ["/usr/sbin/mkfs.xfs", "/usr/sbin/filefrag", "/usr/bin/mount", "/usr/bin/umount"]

    /// Whether one can be made here: by root, with the programs for it and a free loop device.
    static var isPossible: Bool {
        getuid() == 0 && programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
            && access("/dev/loop-control", W_OK) == 0
    }

    private let directory: Descriptor
    /// A path that leads there from any process.
    var place: String { "/proc/\(getpid())/fd/\(directory.number)" }

    init() throws {
        let tree = try TemporaryTree()
        try tree.makeDirectory("mount")
        let (image, mount) = (tree.absolute("image"), tree.absolute("mount"))
        let made = try tree.run(
            "/bin/sh",
            [
                "-c",
                "truncate -s 400M \(image) && mkfs.xfs -q -m reflink=1 \(image) && mount -o loop \(image) \(mount) && echo yes",
            ])
        try #require(made == "yes")
        let number = linux_open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try tree.run("/usr/bin/umount", ["--lazy", mount])
        try #require(number >= 0)
        directory = Descriptor(owning: number)
    }

    /// How many bytes of a file lie in blocks that another file has too, as filefrag(8) says.
    func shared(_ name: String, _ tree: TemporaryTree) throws -> Int {
        try tree.run("/usr/bin/sync", ["\(place)/\(name)"])
        let extents = try tree.run("/usr/sbin/filefrag", ["-v", "-b1", "\(place)/\(name)"]).split(separator: "\n")
        return extents.filter { $0.contains("shared") }.reduce(0) { sum, line in
            let fields = line.split { $0 == " " || $0 == ":" || $0 == "." }
            guard fields.count > 5, let first = Int(fields[1]), let last = Int(fields[2]) else { return sum }
            return sum + last - first + 1
        }
    }
}

/// Where the file system can share blocks, a copy takes no room. The oracle is filefrag(8).
@Suite(.enabled(if: SharingFileSystem.isPossible, "needs root, xfsprogs, e2fsprogs and a loop device"))
struct SharedBlocksTests {
    private static let size = 1 << 20

    /// How many bytes come before the copy, which range of the base is copied, and how many bytes are shared at least.
    @Test(
        "Whole blocks are shared where they lie alike in both files, and the content is right in any case",
        arguments: [
            (0, 0..<size, size), (4096, 8192..<size, size - 8192), (100, 100..<size, size - 4096),
            (4096 + 5, 5..<size - 5, size - 8192), (100, 0..<size, 0), (0, 1..<size, 0), (10, 10..<4000, 0),
        ])
    func shares(_ before: Int, _ range: Range<Int>, _ atLeast: Int) throws {
        let files = try SharingFileSystem()
        let tools = try TemporaryTree()
        try tools.run("/bin/sh", ["-c", "head -c \(Self.size) /dev/urandom > \(files.place)/base"])
        let root = try Root(opening: files.place)
        let tree = DestinationTree(root: root, staging: try Staging(in: root, keeping: []))
        let upload = try tree.staging.createUpload(#require(UploadID("u")))
        try [UInt8](repeating: 1, count: before).withUnsafeBytes { try upload.write($0, at: 0) }
        let base = try tree.openForReading(path("base"))
        var next = UInt64(range.lowerBound)
        while next < range.upperBound { next += try upload.append(startOf: next..<UInt64(range.upperBound), of: base) }

        let script = """
            (head -c \(before) /dev/zero | tr '\\0' '\\1'; head -c \(range.upperBound) \(files.place)/base \
            | tail -c +\(range.lowerBound + 1)) | sha256sum
            """
        #expect(try upload.digest().hex == tools.run("/bin/sh", ["-c", script]).prefix(64))
        let shared = try files.shared(".syncbox/staging/u-u", tools)
        #expect(shared >= atLeast)
        if atLeast == 0 { #expect(shared == 0) }
    }
}
