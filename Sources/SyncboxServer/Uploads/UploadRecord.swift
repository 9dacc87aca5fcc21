// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// What the catalog keeps of an upload, so that it outlives a restart. How much has arrived is the staged file's length.
struct UploadRecord: Hashable, Sendable {
    /// The whole length, in bytes.
    var length: UInt64
    /// By which its client finds it again; nil where the client didn't ask for that.
    var handle: UploadHandle?
}

/// By which an upload is found again: what its client calls it, and who that client is. A tag that somebody else guessed is
/// another handle.
struct UploadHandle: Hashable, Sendable {
    /// The client's word for it.
    var tag: UploadTag
    /// The name of the key that it was begun with.
    var key: String
    /// The writer that began it; nil where the request named none.
    var writer: WriterName?
}
