// SPDX-License-Identifier: Apache-2.0
import SyncboxFiles

/// The destination's place does not lead to the directory any more that the share was opened with.
struct DestinationGone: Error, CustomStringConvertible {
    /// For the operator and, as it tells no path, for the client.
    var description: String {
        "the share's directory was unmounted, moved or replaced while the server runs; restart the server"
    }
}

extension Share {
    /// Throws `DestinationGone` where what is written would not be found at the destination's place.
    func checkDestination() throws {
        guard tree.root.stillStands() else { throw DestinationGone() }
    }
}
