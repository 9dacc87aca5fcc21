// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct SocketAddressTests {
    @Test(
        "A server listens on loopback addresses and Unix sockets",
        arguments: [
            ("127.0.0.1:8730", SocketAddress.tcp(host: "127.0.0.1", port: 8730)),
            ("127.1.2.3:1", .tcp(host: "127.1.2.3", port: 1)),
            ("[::1]:65535", .tcp(host: "::1", port: 65_535)),
            ("localhost:80", .tcp(host: "localhost", port: 80)),
            ("unix:/run/syncbox-server/http.sock", .unix(path: "/run/syncbox-server/http.sock")),
        ])
    func listening(text: String, expected: SocketAddress) throws {
        let address = try SocketAddress.listening(text)
        #expect(address == expected)
        #expect(address.description == text)
    }

    @Test(
        "A server refuses to listen anywhere else, and says why",
        arguments: [
            ("0.0.0.0:8730", notLoopback), ("[::]:8730", notLoopback), ("192.168.1.5:8730", notLoopback),
            ("mirror.example.org:8730", notLoopback), ("[::ffff:127.0.0.1]:8730", notLoopback),
            ("127.0.0.1.example.org:8730", notLoopback), ("127.0.0.256:8730", notLoopback),
            ("127.0.0:8730", notLoopback), ("localhost.example.org:8730", notLoopback),
            ("*:8730", "has no host that could be meant"), (":8730", "has no host that could be meant"),
            ("127.0.0.1", "has no port"), ("8730", "has no port"), ("127.0.0.1:", "has no port"),
            ("127.0.0.1:http", "has no port"), ("::1:8730", "holds a bare IPv6 address, or no port"),
            ("127.0.0.1:0", "has a port that is out of range"), ("127.0.0.1:65536", "has a port that is out of range"),
            ("127.0.0.1:99999999999999999999", "has a port that is out of range"),
            ("unix:relative.sock", "is no absolute path"), ("unix:/", "has no path"),
            ("unix:/" + String(repeating: "a", count: 107), "is 108 bytes long"), ("", "has no value"),
            ("http://127.0.0.1:8730", "holds a bare IPv6 address, or no port"),
        ])
    func notListening(text: String, wrong: String) {
        #expect(throws: SettingsValue.Mistake.self) { try SocketAddress.listening(text) }
        do {
            _ = try SocketAddress.listening(text)
        } catch {
            #expect(error.wrong == wrong)
        }
    }

    @Test(
        "What is measured is shown on loopback addresses and Unix sockets alone, since nobody needs a key there",
        arguments: [
            ("127.0.0.1:8731", nil), ("[::1]:8731", nil), ("unix:/run/m.sock", nil),
            ("0.0.0.0:8731", notForAll), ("192.168.1.2:8731", notForAll), ("[::]:8731", notForAll),
            ("example.org:8731", notForAll), ("127.0.0.1", "has no port"),
        ])
    func metrics(text: String, wrong: String?) {
        do throws(SettingsValue.Mistake) {
            #expect(try SocketAddress.metrics(text).description == text)
            #expect(wrong == nil)
        } catch {
            #expect(error.wrong == wrong)
        }
    }

    @Test(
        "Under TLS a server listens anywhere",
        arguments: [
            ("0.0.0.0:8730", SocketAddress.tcp(host: "0.0.0.0", port: 8730)), ("[::]:1", .tcp(host: "::", port: 1)),
            ("mirror.example.org:443", .tcp(host: "mirror.example.org", port: 443)),
            ("unix:/run/s", .unix(path: "/run/s")),
        ])
    func listeningUnderTLS(text: String, expected: SocketAddress) throws {
        #expect(try SocketAddress.listening(text, underTLS: true) == expected)
    }

    @Test(
        "A client reaches a server by https anywhere, by http on loopback, or by a Unix socket",
        arguments: [
            ("http://127.0.0.1:8730", SocketAddress.tcp(host: "127.0.0.1", port: 8730), false),
            ("http://[::1]:8730", .tcp(host: "::1", port: 8730), false),
            ("https://mirror.example.org:8730", .tcp(host: "mirror.example.org", port: 8730), true),
            ("https://[2001:db8::1]:443", .tcp(host: "2001:db8::1", port: 443), true),
            ("unix:/run/syncbox-server/http.sock", .unix(path: "/run/syncbox-server/http.sock"), false),
        ])
    func server(text: String, expected: SocketAddress, isUnderTLS: Bool) throws {
        let server = try SocketAddress.server(text)
        #expect(server == (expected, isUnderTLS))
    }

    @Test(
        "A client refuses any other server, and says why",
        arguments: [
            ("https://127.0.0.1", "has no port"), ("https://:8730", "has no host that could be meant"),
            ("127.0.0.1:8730", "is no https://, http:// or unix: address"),
            ("HTTP://127.0.0.1:8730", "is no https://, http:// or unix: address"),
            ("http://127.0.0.1", "has no port"), ("http://127.0.0.1:8730/", "has no port"),
            ("http://user@127.0.0.1:8730", "has no host that could be meant"),
            (
                "http://mirror.example.org:8730",
                "is not a loopback address, and the key would cross the network in plain text"
            ),
        ])
    func noServer(text: String, wrong: String) {
        #expect(throws: SettingsValue.Mistake.self) { try SocketAddress.server(text) }
        do {
            _ = try SocketAddress.server(text)
        } catch {
            #expect(error.wrong == wrong)
        }
    }
}

private let notLoopback =
    "is not a loopback address, and plain text must not leave the machine (TLS isn't configured)"

private let notForAll = "is not a loopback address, and nobody needs a key there"
