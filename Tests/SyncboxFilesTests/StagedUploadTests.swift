// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct StagedUploadTests {
    private static func upload(_ text: String) throws -> UploadID {
        try #require(UploadID(text))
    }

    private func write(_ text: String, at offset: UInt64, to upload: StagedUpload) throws {
        try Array(text.utf8).withUnsafeBytes { try upload.write($0, at: offset) }
    }

    @Test("An upload goes on after a restart where it ended, and its digest is that of the whole content")
    func resumes() throws {
        let disk = try TemporaryTree()
        let id = try Self.upload("abc123")
        do {
            let destination = try Destination(at: disk)
            let upload = try destination.tree.staging.createUpload(id)
            try write("the first half, ", at: 0, to: upload)
            try upload.sync()
            _ = try destination.tree.staging.createUpload(Self.upload("other"))
        }
        let destination = try Destination(at: disk, keeping: [id])
        #expect(try destination.staged() == ["u-abc123"])
        let upload = try #require(try destination.tree.staging.openUpload(id))
        #expect(try upload.length() == 16)
        try write("the second", at: 16, to: upload)
        let content = "the first half, the second"
        #expect(try upload.digest() == ContentDigest.of(Array(content.utf8)))
        _ = try destination.tree.publish(upload.finish(as: file(content, mode: 0o400)), at: path("file"))
        #expect(try destination.listing() == ["file f 400 1970-01-01T00:00:01.1234567890 " + content])
        #expect(try destination.staged() == [])
    }

    @Test(
        "One that was made ready and not published goes on after a restart, also where its mode forbids that",
        arguments: [0o644, 0o400, 0] as [UInt16])
    func restartsReady(mode: UInt16) async throws {
        let disk = try TemporaryTree()
        let id = try Self.upload("u")
        let digest = try await asOrdinaryUser {
            do {
                let upload = try Destination(at: disk).tree.staging.createUpload(id)
                try Array("abc".utf8).withUnsafeBytes { try upload.write($0, at: 0) }
                _ = try upload.finish(as: file("abc", mode: mode))
            }
            let destination = try Destination(at: disk, keeping: [id])
            let upload = try #require(try destination.tree.staging.openUpload(id))
            try Array("d".utf8).withUnsafeBytes { try upload.write($0, at: 3) }
            return try upload.digest()
        }
        #expect(digest == ContentDigest.of(Array("abcd".utf8)))
    }

    /// What arrives, as (offset, text), and the content that it makes.
    @Test(
        "The digest is right whatever the order in which pieces arrive and are looked at",
        arguments: [
            ([(0, "abc"), (3, "def")], "abcdef"),
            ([(3, "def"), (0, "abc")], "abcdef"),
            ([(0, "abcdef"), (1, "XY")], "aXYdef"),
            ([(0, "abc"), (3, "def"), (3, "DEF"), (6, "g")], "abcDEFg"),
            ([(0, "a"), (2, "c"), (1, "b")], "abc"),
        ])
    func digests(_ pieces: [(UInt64, String)], _ content: String) throws {
        for looksBetween in [false, true] {
            let destination = try Destination()
            let upload = try destination.tree.staging.createUpload(Self.upload("u"))
            for (offset, text) in pieces {
                try write(text, at: offset, to: upload)
                if looksBetween { _ = try upload.digest() }
            }
            #expect(try upload.digest() == ContentDigest.of(Array(content.utf8)))
            try upload.truncate(to: 2)
            #expect(try upload.digest() == ContentDigest.of(Array(content.utf8.prefix(2))))
        }
    }

    @Test("An upload has one name, and nothing is left of one that is given up")
    func names() throws {
        let destination = try Destination()
        let staging = destination.tree.staging
        let id = try Self.upload("u")
        _ = try staging.createUpload(id)
        #expect(failure { _ = try staging.createUpload(id) }?.code == .exists)
        try staging.removeUpload(id)
        try staging.removeUpload(id)
        #expect(try staging.openUpload(id) == nil)
        #expect(try destination.staged() == [])
    }

    @Test("A full disk is told, and the upload goes on when there is room", arguments: [ENOSPC, EDQUOT, EIO])
    func fullDisk(_ number: Int32) throws {
        let destination = try Destination()
        let upload = try destination.tree.staging.createUpload(Self.upload("u"))
        try write("abc", at: 0, to: upload)
        destination.faults.restart(.once(1, errno: number))
        let error = failure { try write("def", at: 3, to: upload) }
        #expect(error?.problemKind == (number == EIO ? .inputOutput : .noSpace))
        try write("def", at: 3, to: upload)
        #expect(try upload.digest() == ContentDigest.of(Array("abcdef".utf8)))
    }
}
