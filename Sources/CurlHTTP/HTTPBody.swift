// SPDX-License-Identifier: Apache-2.0

/// What a request carries.
package enum HTTPBody: Sendable {
    /// Nothing.
    case none
    /// Bytes that are in memory already; they are not copied as a whole.
    case bytes([UInt8])
    /// Bytes that `source` gives piece by piece, never held as a whole. With a nil length they are sent chunked
    /// (RFC 9112, section 7.1).
    case stream(length: UInt64?, source: any HTTPBodySource)

    var isStream: Bool {
        if case .stream = self { true } else { false }
    }
}

/// Gives a request's body while it is sent.
package protocol HTTPBodySource: Sendable {
    /// Fills `buffer` from its start with the body's bytes from `offset` on, and returns how many they are; 0 ends the body.
    ///
    /// Called on the client's own thread, one call at a time: all of the client's transfers wait meanwhile, so it may
    /// read a local file, but must not wait for anything else. `buffer` is
    /// up to `CurlClient.uploadBufferSize` bytes long. Each call goes on where the last one ended, with one exception:
    /// where a kept connection turns out to be dead before the server answered, the body starts again at 0.
    ///
    /// An error ends the transfer: `send` throws a `CurlError` of kind `.aborted` with that error as its `cause`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int
}
