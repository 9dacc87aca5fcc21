// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Files that are written to while they are read. The oracle is sha256sum(1).
@Suite struct GrowingReadTests {
    /// A file of more than one portion, so that what is written in its midst is between two reads of it.
    private static let size = 2_500_000

    /// Opens a file while it may grow and reads it, as an upload does. Answers the digest of what was read.
    private func read(_ root: Root) throws -> (observed: Observed, digest: String) {
        let file = try root.openGrowing(path("file"))
        let reader = ChunkReader(file, ChunkSize(for: file.size))
        while try !reader.read(about: 1 << 20).isEmpty {}
        try file.checkUnchanged()
        try file.checkContent(reader.digest)
        return (file.observed, reader.digest.hex)
    }

    private func sum(_ tree: TemporaryTree, first size: UInt64) throws -> String {
        String(try tree.run("/bin/bash", ["-c", "head -c \(size) \(tree.absolute("file")) | sha256sum"]).prefix(64))
    }

    /// Reads a file once for each call of a reading, before which `disturb` is done to it at its place. Answers how many calls that are.
    private func atEachCall(
        _ disturb: @escaping @Sendable (_ place: String) -> Void,
        _ body: (TemporaryTree, Root, FaultPlan, _ call: Int) throws -> Void
    ) throws -> Int {
        let tree = try TemporaryTree()
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        var call = 0
        repeat {
            call += 1
            try tree.write("file", [UInt8](repeating: 7, count: Self.size))
            let place = tree.absolute("file")
            faults.restart(.meanwhile(call) { disturb(place) })
            try body(tree, root, faults, call)
        } while call < faults.operations.count
        return call
    }

    @Test("A file that grows before any call of a reading is read as it was at an instant, and never busy")
    func grows() throws {
        var wasNoticed = false
        let calls = try atEachCall({ write($0, at: Self.size, "more") }) { tree, root, faults, call in
            let (observed, digest) = try read(root)
            let size = observed.entry.size
            #expect([Self.size, Self.size + 4].contains(Int(size)))
            #expect(try digest == sum(tree, first: size), "grown before call \(call)")
            if Int(size) == Self.size, call < faults.operations.count { wasNoticed = true }
        }
        #expect(wasNoticed && calls > 10, "some of it grew after it had been opened")
    }

    /// What else another process does at one instant, beside appending.
    enum Disturbance: CaseIterable {
        case front, middle, back, truncate, touchBack
    }

    @Test(
        "A file that does anything but grow while it is read is busy, or read as it was",
        arguments: Disturbance.allCases)
    func changes(_ disturbance: Disturbance) throws {
        var wasBusy = false
        // Appended first, so that a new front with the old length is a file that never was.
        let change = { @Sendable (place: String) in
            write(place, at: Self.size, "more")
            disturb(place, disturbance)
        }
        _ = try atEachCall(change) { tree, root, _, call in
            let before = try sum(tree, first: UInt64(Self.size))
            do {
                let (observed, digest) = try read(root)
                let after = try sum(tree, first: .max >> 1)
                let whole = disturbance == .truncate ? [100] : [Self.size + 4]
                #expect(
                    digest == before && Int(observed.entry.size) == Self.size
                        || digest == after && whole.contains(Int(observed.entry.size)), "changed before call \(call)")
            } catch let error as FileError {
                #expect(error.code == .busy)
                wasBusy = true
            }
        }
        #expect(wasBusy)
    }

    @Test("A file that rests is read as ever, and one with several names has to rest")
    func rests() throws {
        let tree = try TemporaryTree()
        try tree.write("file", [UInt8](repeating: 7, count: Self.size))
        let (observed, digest) = try read(try tree.open())
        #expect(try Int(observed.entry.size) == Self.size && digest == sum(tree, first: UInt64(Self.size)))
        _ = try tree.run("/bin/ln", [tree.absolute("file"), tree.absolute("other")])
        let file = try tree.open().openGrowing(path("file"))
        #expect(!file.isGrowing)
        write(tree.absolute("file"), at: Self.size, "more")
        #expect(failure { try file.checkUnchanged() }?.code == .busy)
    }
}

private func write(_ place: String, at offset: Int, _ text: String) {
    let file = linux_open(place, O_RDWR)
    defer { close(file) }
    pwrite(file, text, text.utf8.count, offset)
}

private func disturb(_ place: String, _ disturbance: GrowingReadTests.Disturbance) {
    let file = linux_open(place, O_RDWR)
    defer { close(file) }
    switch disturbance {
    case .front: pwrite(file, "new", 3, 0)
    case .middle: pwrite(file, "new", 3, 1_500_000)
    case .back: pwrite(file, "new", 3, 2_400_000)
    case .truncate: ftruncate(file, 100)
    case .touchBack:
        var times = [timespec(tv_sec: 5, tv_nsec: 0), timespec(tv_sec: 5, tv_nsec: 0)]
        futimens(file, &times)
    }
}
