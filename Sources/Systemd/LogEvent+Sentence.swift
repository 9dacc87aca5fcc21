// SPDX-License-Identifier: Apache-2.0
import Logging

extension LogEvent {
    /// The message, and after a colon the error that came with it.
    var sentence: String {
        if let error { "\(message): \(error)" } else { "\(message)" }
    }

    /// The handler's metadata, the provider's over it, the event's own over both.
    func metadata(over base: Logger.Metadata, provider: Logger.MetadataProvider?) -> Logger.Metadata {
        var merged = base
        for layer in [provider?.get(), metadata].compactMap({ $0 }) {
            merged.merge(layer) { _, later in later }
        }
        return merged
    }
}
