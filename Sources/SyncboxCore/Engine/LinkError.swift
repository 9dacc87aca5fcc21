// SPDX-License-Identifier: Apache-2.0

/// Why the server did not take a request. It belongs to the link, not to a path: the client waits and tries again.
package struct LinkError: Error, Hashable, CustomStringConvertible {
    /// What the client does about it.
    package enum Kind: Hashable, Sendable {
        /// The server can't be reached, or went away in the middle: what was sent may have been applied.
        case away
        /// The server answers, and says no: a wrong key, an unknown share, another writer. A person has to mend it.
        case refused
        /// The catalog is not in the state that the index describes: align before anything else.
        case otherState
        /// The upload is not known, or of another length: begin it again.
        case uploadLost
        /// What the upload was to be built from is not what the server has: send the bytes instead.
        case otherBase
        /// The answer is none that this version understands.
        case notUnderstood
    }

    /// What the client does about it.
    package let kind: Kind
    /// What happened, for people.
    package let reason: String

    package init(kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package var description: String { reason }
}
