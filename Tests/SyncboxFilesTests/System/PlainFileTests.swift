// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct PlainFileTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "plain-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    @Test("A file is read whole up to the limit, and not at all beyond it", arguments: [0, 1, 65_536, 200_000])
    func limit(size: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(content).write(to: URL(filePath: path("f")))
        #expect(try PlainFile.read(path("f"), atMost: size) == content)
        if size > 0 {
            #expect(code { () throws(FileError) in try PlainFile.read(path("f"), atMost: size - 1) } == .tooLarge)
        }
    }

    @Test("What can't be read says why")
    func unreadable() {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(code { () throws(FileError) in try PlainFile.read(path("missing"), atMost: 1) } == .notFound)
        #expect(code { () throws(FileError) in try PlainFile.read(directory, atMost: 1) } == .isDirectory)
        #expect(code { () throws(FileError) in try PlainFile.names(in: path("missing")) } == .notFound)
    }

    @Test("A private file is its owner's alone, holds the content, and is never replaced")
    func createPrivate() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try PlainFile.createPrivate(path("key"), Array("secret\n".utf8))
        #expect(try PlainFile.read(path("key"), atMost: 100) == Array("secret\n".utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: path("key"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(code { () throws(FileError) in try PlainFile.createPrivate(path("key"), []) } == .exists)
        #expect(try PlainFile.read(path("key"), atMost: 100) == Array("secret\n".utf8))
    }

    @Test("A private file is not created through a symbolic link")
    func link() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("elsewhere"))
        #expect(code { () throws(FileError) in try PlainFile.createPrivate(path("link"), [1]) } == .exists)
        #expect(!FileManager.default.fileExists(atPath: path("elsewhere")))
    }

    @Test("Whichever call fails, a private file that was not written leaves nothing behind")
    func anyCallFails() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let counting = FaultPlan()
        try PlainFile.createPrivate(path("whole"), [1, 2, 3], faults: counting)
        #expect(counting.operations == ["open", "write", "fsync"])
        for number in 1...counting.operations.count {
            let faults = FaultPlan(.once(number, errno: ENOSPC))
            let code = code { () throws(FileError) in
                try PlainFile.createPrivate(path("key"), [1, 2, 3], faults: faults)
            }
            #expect(code == .noSpace)
            #expect(FileManager.default.subpaths(atPath: directory) == ["whole"])
        }
    }

    @Test("A file that is replaced keeps its mode, and a link to it stays; nothing else is left beside it")
    func replace() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try PlainFile.create(path("f"), [1], mode: 0o640)
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "f")
        try PlainFile.replace(path("link"), [2, 3])
        #expect(try PlainFile.read(path("f"), atMost: 10) == [2, 3])
        #expect(try FileManager.default.attributesOfItem(atPath: path("f"))[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == "f")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["f", "link"])
        #expect(code { () throws(FileError) in try PlainFile.replace(path("none"), []) } == .notFound)
        try PlainFile.remove(path("f"))
        #expect(code { () throws(FileError) in try PlainFile.remove(path("f")) } == .notFound)
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func code<Value>(_ call: () throws(FileError) -> Value) -> FileError.Code? {
        do {
            _ = try call()
            return nil
        } catch {
            return error.code
        }
    }
}
