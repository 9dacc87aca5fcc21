// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxClient

@Suite struct UploadPartTests {
    private static let mebi: UInt64 = 1 << 20

    /// The parts of a file of `size` MiB with a MiB of data at each of `offsets`, from the MiB `start` on, as texts.
    private func parts(_ size: UInt64, _ offsets: [UInt64], from start: UInt64 = 0) throws -> [String] {
        let directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let place = directory.appending(path: "file")
        try Data().write(to: place)
        let handle = try FileHandle(forWritingTo: place)
        try handle.truncate(atOffset: size * Self.mebi)
        for offset in offsets {
            try handle.seek(toOffset: offset * Self.mebi)
            try handle.write(contentsOf: Data(repeating: 7, count: Int(Self.mebi)))
        }
        let file = try Root(opening: directory.path).openForReading(RelativePath("file"))
        var parts: [String] = []
        var offset = start * Self.mebi
        while offset < file.size {
            let range = try UploadPart.range(in: file, from: offset)
            parts.append("\(range.lowerBound / Self.mebi)-\(range.upperBound / Self.mebi)")
            offset = range.upperBound
        }
        return parts
    }

    @Test("Data is sent, holes are not, and the last part ends where the file does")
    func data() throws {
        #expect(try parts(100, [0, 1, 50]) == ["0-2", "50-51", "100-100"])
        #expect(try parts(100, [10, 99]) == ["10-11", "99-100"])
        #expect(try parts(100, [10, 99], from: 60) == ["99-100"])
        #expect(try parts(100, []) == ["100-100"])
    }

    @Test("A hole of any length is gone over in steps")
    func long() throws {
        #expect(try parts(40 << 10, [39 << 10]) == ["16384-16384", "32768-32768", "39936-39937", "40960-40960"])
    }
}
