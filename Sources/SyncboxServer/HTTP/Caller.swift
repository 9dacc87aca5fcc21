// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import SyncboxCore

/// Who makes a request: the key that proved itself.
struct Caller: Sendable {
    /// The key's name in the settings.
    let name: String
    /// Where it is good, and for what.
    let key: ServerSettings.Key

    /// What the key permits, if that is at least one of `wanted`; throws 403 otherwise.
    @discardableResult
    func permissions(
        anyOf wanted: Set<ServerSettings.Permission>
    ) throws(HTTPError) -> Set<ServerSettings.Permission> {
        guard key.permissions.isDisjoint(with: wanted) else { return key.permissions }
        let words = wanted.map(\.rawValue).sorted().joined(separator: " or ")
        throw HTTPError(.forbidden, message: "the key does not permit to \(words) here")
    }
}
