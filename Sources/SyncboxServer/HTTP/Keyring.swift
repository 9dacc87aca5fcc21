// SPDX-License-Identifier: Apache-2.0
import Crypto
import SyncboxCore
import Synchronization

/// The keys that the settings name. They can be replaced while requests come in.
final class Keyring: Sendable {
    /// The longest secret that is looked at, in bytes.
    static let longestSecret = 1024

    private let keys: Mutex<[String: ServerSettings.Key]>

    init(_ keys: [String: ServerSettings.Key]) {
        self.keys = Mutex(keys)
    }

    /// Takes other keys from the next request on.
    func replace(_ keys: [String: ServerSettings.Key]) {
        self.keys.withLock { $0 = keys }
    }

    /// Who the secret belongs to; nil for nobody.
    ///
    /// Every key is compared, to its last byte: how long that takes tells nothing about how near a guess is.
    func caller(bearing secret: some StringProtocol) -> Caller? {
        guard secret.utf8.count <= Self.longestSecret else { return nil }
        let hash = SHA256.hash(data: Array(secret.utf8))
        var found: Caller?
        for (name, key) in keys.withLock({ $0 }) where isEqual(hash, key.hash) {
            found = Caller(name: name, key: key)
        }
        return found
    }

    /// Compares in constant time: so does swift-crypto's `==` of a digest and bytes (Crypto/Util/SafeCompare.swift).
    private func isEqual(_ hash: SHA256Digest, _ digest: SyncboxCore.Digest) -> Bool {
        hash == digest.bytes
    }
}
