// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct AttributesTests {
    private func attribute(_ name: String, _ value: [UInt8] = [1]) -> Attributes.Attribute {
        Attributes.Attribute(name: Array(name.utf8), value: value)
    }

    @Test("Attributes are the same in whatever order they come, and their bytes give them back")
    func order() throws {
        let all = [attribute("user.a"), attribute("user.b", []), attribute("system.posix_acl_access", [0, 255])]
        let attributes = try #require(Attributes(all))
        #expect(Attributes(all.reversed()) == attributes)
        #expect(Attributes(bytes: attributes.bytes) == attributes)
        #expect(Set(attributes.all) == Set(all))
        #expect(Attributes([])?.bytes == [])
        #expect(Attributes(bytes: [UInt8]()) == Attributes([]))
    }

    @Test(
        "What belongs to a machine is not mirrored",
        arguments: [
            ("user.x", true), ("user.", false), ("user", false), ("security.capability", true),
            ("security.selinux", false), ("trusted.overlay.opaque", false), ("system.posix_acl_default", true),
            ("system.nfs4_acl", false), ("", false), ("user.\0", false),
            ("user." + String(repeating: "x", count: 250), true), ("user." + String(repeating: "x", count: 251), false),
        ])
    func names(_ name: String, _ areMirrored: Bool) {
        #expect(Attributes.areMirrored(Array(name.utf8)) == areMirrored)
        #expect((Attributes([attribute(name)]) != nil) == areMirrored)
    }

    @Test("Together they have a limit")
    func limit() {
        let most = Attributes.longest - 1 - "user.x".utf8.count - 4
        #expect(Attributes([attribute("user.x", Array(repeating: 0, count: most))]) != nil)
        #expect(Attributes([attribute("user.x", Array(repeating: 0, count: most + 1))]) == nil)
    }

    @Test("Bytes that nobody here wrote are refused")
    func refused() throws {
        let (a, b) = (try #require(Attributes([attribute("user.a")])), try #require(Attributes([attribute("user.b")])))
        #expect(Attributes(bytes: a.bytes + b.bytes) != nil)
        #expect(Attributes(bytes: b.bytes + a.bytes) == nil)
        #expect(Attributes(bytes: a.bytes + a.bytes) == nil)
        #expect(Attributes(bytes: a.bytes.dropLast()) == nil)
        #expect(Attributes(bytes: a.bytes + [0]) == nil)
        let foreign = [UInt8(16)] + Array("security.selinux".utf8) + [0, 0, 0, 0]
        #expect(Attributes(bytes: foreign) == nil)
    }
}
