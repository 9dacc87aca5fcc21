// SPDX-License-Identifier: Apache-2.0

/// What a client answers to `POST /v1/release`.
package struct ReleaseAnswer: Hashable, Sendable, Codable {
    /// What was held and goes now, for people; nil where nothing was held.
    package var released: String?

    package init(released: String?) {
        self.released = released
    }
}
