// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SyncboxServer

@Suite struct SecretsTests {
    @Test("An answer with a secret is found, anywhere in it", arguments: ["syncbox-1234", Secrets.marker])
    func found(secret: String) {
        let secrets = Secrets(of: URL(filePath: "/tmp/syncbox-1234"))
        secrets.check(Array("nothing".utf8), to: "a request")
        withKnownIssue { secrets.check([0xFF] + Array("a\(secret)b".utf8), to: "a request") }
    }
}
