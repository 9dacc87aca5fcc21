// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

/// The contents of large files that are on their way to one share, beside its batches.
///
/// An upload is begun with its length, filled from its start to its end in parts, and ended by the put that publishes it.
/// It outlives a restart. One request at a time works on it. Calls that touch the disk block.
final class Uploads: Sendable {
    /// The most uploads of a share that may be under way.
    static let most = 64
    /// The most bytes that a share's uploads may have together when they are whole: the longest file of ext4(5).
    static let mostBytes: UInt64 = 16 << 40
    /// How long an upload may rest before it is given up.
    static let longestRest = Duration.seconds(24 * 60 * 60)

    /// One upload: its staged bytes, and how far they go.
    private struct Upload {
        let content: StagedUpload
        let record: UploadRecord
        var isTaken = false
        var touched: ContinuousClock.Instant
    }

    private let staging: Staging
    private let catalog: Catalog
    private let uploads: Mutex<[UploadID: Upload]>

    /// Goes on with the uploads that the catalog knows; one whose content is gone is forgotten.
    init(staging: Staging, catalog: Catalog) throws {
        self.staging = staging
        self.catalog = catalog
        var found: [UploadID: Upload] = [:]
        for (id, record) in try catalog.uploads() {
            if let content = try staging.openUpload(id) {
                found[id] = Upload(content: content, record: record, touched: .now)
            } else {
                try catalog.transaction { try $0.forget(id) }
            }
        }
        uploads = Mutex(found)
    }

    /// How many are under way.
    var count: Int { uploads.withLock { $0.count } }

    /// Begins an upload, after giving up what rested too long. Where there are too many, the one that has
    /// rested longest makes room: its client may be gone. nil when each of them is being worked on. Throws `.tooLong` where
    /// there would be more than `mostBytes`.
    func begin(_ record: UploadRecord) throws -> UploadID? {
        try sweep(at: .now)
        let others = uploads.withLock { $0.values.reduce(0) { $0 &+ $1.record.length } }
        guard record.length <= Self.mostBytes, others <= Self.mostBytes - record.length else { throw Refusal.tooLong }
        guard try makeRoom() else { return nil }
        let id = UploadID.random()
        let content = try staging.createUpload(id)
        try catalog.transaction { try $0.record(id, record) }
        uploads.withLock { $0[id] = Upload(content: content, record: record, touched: .now) }
        return id
    }

    /// Finds the upload that was begun like this, with a handle, and not ended; nil where there is none. It rests from now
    /// on. Throws `.taken` while a request works on it.
    func resume(_ record: UploadRecord) throws(Refusal) -> (id: UploadID, content: StagedUpload)? {
        guard record.handle != nil else { return nil }
        let result = uploads.withLock { uploads -> Result<(id: UploadID, content: StagedUpload)?, Refusal> in
            let alike = uploads.filter { $0.value.record == record }
            guard let (id, upload) = alike.first(where: { !$0.value.isTaken }) else {
                return alike.isEmpty ? .success(nil) : .failure(.taken)
            }
            uploads[id]?.touched = .now
            return .success((id, upload.content))
        }
        return try result.get()
    }

    /// Whether there is room for one upload more.
    private func makeRoom() throws -> Bool {
        var isFull = false
        let oldest = uploads.withLock { uploads -> UploadID? in
            isFull = uploads.count >= Self.most
            guard isFull else { return nil }
            let resting = uploads.filter { !$0.value.isTaken }.min { $0.value.touched < $1.value.touched }?.key
            if let resting { uploads[resting]?.isTaken = true }
            return resting
        }
        if let oldest { try remove(oldest) }
        return !isFull || oldest != nil
    }

    /// An upload in the hands of one request.
    struct Taken {
        let content: StagedUpload
        /// The whole length, in bytes.
        let length: UInt64
    }

    /// Why an upload can't be taken.
    enum Refusal: Error {
        /// There is none of that name, or it has ended.
        case unknown
        /// Another request works on it.
        case taken
        /// It would make more bytes than a share's uploads may have.
        case tooLong
    }

    /// Takes an upload for one request, until `release(_:)`.
    func take(_ id: UploadID) throws(Refusal) -> Taken {
        let result = uploads.withLock { uploads -> Result<Taken, Refusal> in
            guard let upload = uploads[id] else { return .failure(.unknown) }
            guard !upload.isTaken else { return .failure(.taken) }
            uploads[id]?.isTaken = true
            return .success(Taken(content: upload.content, length: upload.record.length))
        }
        return try result.get()
    }

    /// An upload that may be in the hands of another request, to see how far it has come; nil when there is none.
    func find(_ id: UploadID) -> Taken? {
        uploads.withLock { $0[id] }.map { Taken(content: $0.content, length: $0.record.length) }
    }

    /// Lets go of an upload that was taken. Where it has ended nothing is done.
    func release(_ id: UploadID) {
        uploads.withLock { uploads in
            uploads[id]?.isTaken = false
            uploads[id]?.touched = .now
        }
    }

    /// What became of making an upload ready to be published.
    enum Finished {
        /// Its content is what was announced, and stays taken until it is forgotten or released.
        case ready(StagedEntry)
        /// There is no such upload, or another request works on it.
        case unknown
        /// It is not what was announced; it has been given up.
        case corrupt
    }

    /// Verifies the size and digest of an upload and gives it its mode and time. Reads what was not digested on arrival.
    func finish(_ id: UploadID, as entry: Entry) throws(FileError) -> Finished {
        let taken: Taken
        do { taken = try take(id) } catch { return .unknown }
        do throws(FileError) {
            guard try taken.content.length() == entry.size, try taken.content.digest() == entry.digest else {
                try staging.removeUpload(id)
                forget(id)
                return .corrupt
            }
            return .ready(try taken.content.finish(as: entry))
        } catch {
            release(id)
            throw error
        }
    }

    /// Ends an upload that has been published.
    func forget(_ id: UploadID) {
        uploads.withLock { $0[id] = nil }
    }

    /// Gives an upload up: its content is removed. To be called by who has taken it.
    func remove(_ id: UploadID) throws {
        try staging.removeUpload(id)
        try catalog.transaction { try $0.forget(id) }
        forget(id)
    }

    /// Gives up what rested longer than it may.
    func sweep(at now: ContinuousClock.Instant) throws {
        let old = uploads.withLock { uploads in
            let old = uploads.filter { !$0.value.isTaken && $0.value.touched.advanced(by: Self.longestRest) < now }.keys
            for id in old { uploads[id]?.isTaken = true }
            return Array(old)
        }
        for id in old { try remove(id) }
    }
}

extension UploadID {
    /// Digits of the names that are drawn: 5 bits each.
    private static let digits = Array("abcdefghijklmnopqrstuvwxyz234567")

    /// A name that nobody can guess: 130 random bits.
    static func random() -> UploadID {
        let text = String((0..<26).map { _ in digits[Int.random(in: digits.indices)] })
        guard let id = UploadID(text) else { preconditionFailure("letters and digits name an upload") }
        return id
    }
}
