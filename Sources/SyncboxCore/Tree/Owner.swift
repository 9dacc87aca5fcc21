// SPDX-License-Identifier: Apache-2.0

/// Whose an entry is, by numbers: names could mean others at the destination.
package struct Owner: Hashable, Sendable {
    /// The user's number.
    package var user: UInt32
    /// The group's number.
    package var group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}
