// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("The keyring") struct KeyringTests {
    private func key(_ secret: String) -> ServerSettings.Key {
        ServerSettings.Key(hash: ContentDigest.of(Array(secret.utf8)), shares: .all, permissions: [.read])
    }

    @Test(
        "A secret leads to its key, and to no other",
        arguments: [
            ("one", "laptop"), ("two", "phone"), ("three", nil), ("", nil), ("on", nil), ("onee", nil),
            (String(repeating: "x", count: Keyring.longestSecret + 1), nil),
        ])
    func callers(secret: String, name: String?) {
        let long = String(repeating: "x", count: Keyring.longestSecret + 1)
        let keyring = Keyring(["laptop": key("one"), "phone": key("two"), "long": key(long)])
        #expect(keyring.caller(bearing: secret)?.name == name)
    }

    @Test("Replaced keys are good at once, and the old ones are not")
    func replaced() {
        let keyring = Keyring(["laptop": key("one")])
        keyring.replace(["laptop": key("two")])
        #expect(keyring.caller(bearing: "one") == nil)
        #expect(keyring.caller(bearing: "two")?.name == "laptop")
    }
}
