// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import SyncboxCore
import SyncboxFiles

/// The mode and time of an entry that is put by itself, from the request's headers.
struct Metadata: Hashable, Sendable {
    /// `Syncbox-Mode`, octal.
    var mode: UInt16
    /// `Syncbox-Modified`; now where it is left out.
    var modified: Timestamp

    /// Throws 400 for what can't be read.
    init(of request: Request, defaultMode: UInt16) throws(HTTPError) {
        mode = defaultMode
        modified = .now
        if let text = request.headers[.syncboxMode] {
            guard let number = UInt16(text, radix: 8), number <= 0o7777 else {
                throw HTTPError(.badRequest, message: "\(Endpoints.modeHeader) must be octal, as 0644")
            }
            mode = number
        }
        if let text = request.headers[.syncboxModified] {
            guard let instant = Timestamp(decimal: text) else {
                throw HTTPError(
                    .badRequest, message: "\(Endpoints.modifiedHeader) must be seconds since 1970, as 1700000000.25")
            }
            modified = instant
        }
    }
}
