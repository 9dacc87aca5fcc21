// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles

/// Builds a part of an upload as a recipe says, while the recipe arrives: what it brings is written, what the destination has
/// is copied, portion by portion.
///
/// What stays of a recipe was copied from the version that it names: after each portion the base is looked at once more. Where it
/// has changed, nothing of what this recipe built stays.
struct BuildUpload {
    private let share: Share
    private let upload: Uploads.Taken
    /// Where the upload ended before.
    private let start: StagedUpload.Mark
    /// Where it ends now.
    private var end: UInt64
    private var base: ReadingFile?
    /// What was done since others had a chance, in bytes.
    private var done: UInt64 = 0
    /// How many bytes of content the recipe brought.
    private var received: UInt64 = 0

    /// Goes on where the upload ends.
    init(_ upload: Uploads.Taken, in share: Share) throws(FileError) {
        self.share = share
        self.upload = upload
        start = try upload.content.mark()
        end = start.length
    }

    /// Takes the recipe. Returns where the upload ends then. Throws an `HTTPError` where the body is no recipe (400), builds
    /// more than was announced (413), or its base is not what it says (412).
    mutating func run(_ body: RequestBody) async throws -> UInt64 {
        var decoder = RecipeDecoder()
        defer { share.measureReceived(received) }
        do {
            for try await piece in body {
                var rest = piece.readableBytesView
                while let event = try decoder.next(from: &rest) { try await take(event) }
            }
            try decoder.finish()
        } catch {
            throw HTTPError.badRequest(error)
        }
        return end
    }

    private mutating func take(_ event: RecipeEvent<ByteBufferView>) async throws {
        switch event {
        case .header(let base?):
            guard let file = try await share.open(base) else { throw HTTPError.otherBase }
            self.base = file
        case .header(nil): break
        case .literal(let bytes):
            try upload.checkRoom(for: UInt64(bytes.count), at: end)
            try write(bytes, to: upload.content, at: end)
            end += UInt64(bytes.count)
            received += UInt64(bytes.count)
        case .hole(let length):
            try upload.checkRoom(for: length, at: end)
            try await upload.extend(to: end + length)
            end += length
        case .copy(let from, let length):
            try upload.checkRoom(for: length, at: end)
            try await copy(from..<from + length)
        }
    }

    private mutating func copy(_ range: Range<UInt64>) async throws {
        guard let base, range.upperBound <= base.size else {
            throw HTTPError(.badRequest, message: "a copy ends behind the end of its base")
        }
        var next = range.lowerBound
        while next < range.upperBound {
            let count = try copy(startOf: next..<range.upperBound, of: base)
            next += count
            end += count
            done += count
            if done >= StagedUpload.copyPortion {
                done = 0
                try await giveWay()
            }
        }
    }

    /// Copies a portion. Where that fails nothing of it stays; where the base has changed, nothing of this recipe.
    private func copy(startOf range: Range<UInt64>, of base: ReadingFile) throws -> UInt64 {
        let before = try upload.content.mark()
        do throws(FileError) {
            let count = try upload.content.append(startOf: range, of: base)
            try base.checkUnchanged()
            return count
        } catch {
            try upload.content.cut(backTo: error.code == .busy ? start : before)
            throw error.code == .busy ? HTTPError.otherBase : error
        }
    }
}

extension Uploads.Taken {
    /// Throws 413 where `count` bytes at `offset` are more than was announced.
    func checkRoom(for count: UInt64, at offset: UInt64) throws(HTTPError) {
        guard count <= length - offset else {
            throw HTTPError(.contentTooLarge, message: "the upload was begun with \(length) bytes")
        }
    }

    /// Makes it `end` bytes long by a hole, portion by portion. Where it is as long already nothing is done.
    func extend(to end: UInt64) async throws {
        var offset = try content.length()
        while offset < end {
            offset = min(end, offset + StagedUpload.holePortion)
            try content.extend(to: offset)
            if offset < end { try await giveWay() }
        }
    }
}

/// Lets other requests have this thread for a while, and ends here if this one has been cancelled.
private func giveWay() async throws {
    try Task.checkCancellation()
    await Task.yield()
}

extension HTTPError {
    /// The answer where a recipe's base is missing, or anything else than the version that it names.
    fileprivate static var otherBase: HTTPError {
        HTTPError(.preconditionFailed, message: "the base is not that version")
    }
}

extension Share {
    /// Opens the file that a recipe copies from: it stands where it should, is recorded with that digest, and is on the disk
    /// as it was recorded. nil where any of this is not so, or it can't be read.
    fileprivate func open(_ base: RecipeBase) async throws -> ReadingFile? {
        guard !base.path.isReserved, let row = try catalog.row(at: base.path), row.entry.kind == .file,
            row.entry.digest == base.digest
        else { return nil }
        let file: ReadingFile
        do throws(FileError) {
            file = try await openForReading(base.path)
        } catch {
            if error.isNoBase { return nil }
            throw error
        }
        return row.vouches(for: file.observed) ? file : nil
    }
}

extension FileError {
    /// Whether it says that there is nothing to copy from, and not that something is wrong with the destination.
    fileprivate var isNoBase: Bool {
        isAbsence || [.isDirectory, .unsupported, .permission, .busy].contains(code)
    }
}

extension CatalogRow {
    /// Whether the content of `there` is surely the recorded one. To be opened, a file that its owner may not read gets another
    /// mode for a moment, which changes its inode.
    fileprivate func vouches(for there: Observed) -> Bool {
        isUnchanged(there) && (imprint.isSameVersion(as: there) || there.entry.mode & 0o400 == 0)
    }
}
