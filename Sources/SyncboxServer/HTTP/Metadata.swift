// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Hummingbird
import SyncboxCore

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

extension Timestamp {
    /// The instant that it is, to the microsecond.
    static var now: Timestamp {
        let now = Date.now.timeIntervalSince1970
        let whole = now.rounded(.down)
        return Timestamp(seconds: Int64(whole), nanoseconds: UInt32((now - whole) * 1_000_000_000))
    }

    /// Reads seconds with up to nine decimals, as `stat -c %.Y` and `date +%s.%N` print them; nil for anything else.
    init?(decimal text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Int64(parts[0]) else { return nil }
        let decimals = parts.count > 1 ? parts[1] : "0"
        guard (1...9).contains(decimals.utf8.count), let fraction = UInt32(decimals) else { return nil }
        let nanoseconds = fraction * (decimals.utf8.count..<9).reduce(1) { scale, _ in scale * 10 }
        // Decimals go on in the direction of the sign: -1.25 lies before -1.
        guard parts[0].hasPrefix("-"), nanoseconds > 0 else {
            self.init(seconds: whole, nanoseconds: nanoseconds)
            return
        }
        guard whole > .min else { return nil }
        self.init(seconds: whole - 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }
}
