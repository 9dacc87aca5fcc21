// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct StableReadTests {
    @Test(
        "A resting file is read whole, with the digest that sha256sum(1) computes", arguments: [0, 1, 4096, 3_000_001])
    func readsWhole(_ size: Int) throws {
        let tree = try TemporaryTree()
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try tree.write("file", content)
        let read = try tree.open().read(path("file"), limit: size)
        #expect(read.bytes == content)
        #expect(read.observed.entry.size == UInt64(size))
        let sum = try tree.run("/usr/bin/sha256sum", [tree.absolute("file")]).prefix(64)
        #expect(read.observed.entry.digest?.hex == String(sum))
    }

    /// What another process does while a file is read.
    enum Disturbance: CaseIterable {
        case append, overwrite, truncate, touch, chmod, empty
    }

    @Test("A file that changes at any moment of a read is busy, never read torn", arguments: Disturbance.allCases)
    func changeIsNoticed(_ disturbance: Disturbance) throws {
        let tree = try TemporaryTree()
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        var call = 0
        repeat {
            call += 1
            try tree.write("file", "old content")
            faults.restart(.meanwhile(call) { disturb(tree.absolute("file"), disturbance) })
            do {
                let read = try root.read(path("file"), limit: 100)
                // Before the first look at the file, and after the last, the change does no harm.
                let calls = faults.operations
                let first = calls.firstIndex(of: "stat").map { $0 + 1 } ?? 0
                let last = calls.lastIndex(of: "stat").map { $0 + 1 } ?? 0
                #expect(call <= first || call > last, "a change before call \(call) of \(calls) went unnoticed")
                #expect(read.bytes.count == Int(read.observed.entry.size))
            } catch let error as FileError {
                #expect(error.code == .busy)
            }
        } while call <= faults.operations.count
        #expect(call > 5)
    }

    @Test("A replaced name is read as the version that was opened")
    func replacedName() throws {
        let tree = try TemporaryTree()
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        try tree.write("file", "old")
        faults.restart(
            .meanwhile(3) {
                try? tree.write("other", "new one")
                rename(tree.absolute("other"), tree.absolute("file"))
            })
        // The link count is part of the change time, so that the old version counts as changed.
        #expect(failure { _ = try root.read(path("file"), limit: 100) }?.code == .busy)
        #expect(try root.read(path("file"), limit: 100).bytes == Array("new one".utf8))
    }

    @Test("A file with another's write lock is busy; one with another's read lock is not")
    func locks() throws {
        let tree = try TemporaryTree()
        try tree.write("file", "content")
        let root = try tree.open()
        let other = Descriptor(owning: linux_open(tree.absolute("file"), O_RDWR))
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_len = 1
        #expect(linux_fcntl_lock(other.number, setOpenFileLock, &lock) == 0)
        #expect(failure { _ = try root.read(path("file"), limit: 100) }?.code == .busy)
        lock.l_type = Int16(F_RDLCK)
        #expect(linux_fcntl_lock(other.number, setOpenFileLock, &lock) == 0)
        #expect(try root.read(path("file"), limit: 100).bytes.count == 7)
    }

    @Test("What is no readable file says why it isn't read")
    func notReadable() async throws {
        let tree = try TemporaryTree()
        let codes = try await asOrdinaryUser {
            try tree.makeDirectory("directory")
            try tree.write("long", "content")
            try tree.write("closed", "content")
            chmod(tree.absolute("closed"), 0)
            try tree.link("link", to: "long")
            mkfifo(tree.absolute("pipe"), 0o600)
            let root = try tree.open()
            return try ["directory", "pipe", "long", "closed", "link", "missing"].map { name in
                let place = try path(name)
                return failure { _ = try root.read(place, limit: 6) }?.code
            }
        }
        #expect(codes == [.isDirectory, .unsupported, .tooLarge, .permission, .escapes, .notFound])
    }

    @Test("A large file read in pieces is checked between them")
    func readingFile() throws {
        let tree = try TemporaryTree()
        try tree.write("file", "0123456789")
        let file = try tree.open().openForReading(path("file"))
        var buffer = [UInt8](repeating: 0, count: 4)
        let counts = try [0, 4, 8, 12].map { offset in
            try buffer.withUnsafeMutableBytes { try file.read(at: UInt64(offset), into: $0) }
        }
        #expect(counts == [4, 4, 2, 0])
        try file.checkUnchanged()
        disturb(tree.absolute("file"), .touch)
        #expect(failure { try file.checkUnchanged() }?.code == .busy)
    }
}

/// F_OFD_SETLK of <fcntl.h>.
private let setOpenFileLock: Int32 = 37

private func disturb(_ place: String, _ disturbance: StableReadTests.Disturbance) {
    let file = linux_open(place, O_RDWR)
    defer { close(file) }
    switch disturbance {
    case .append: pwrite(file, "!", 1, 11)
    case .overwrite: pwrite(file, "new", 3, 0)
    case .truncate: ftruncate(file, 3)
    case .touch: futimens(file, nil)
    case .chmod: fchmod(file, 0o600)
    case .empty: ftruncate(file, 0)
    }
}
