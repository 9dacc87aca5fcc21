// SPDX-License-Identifier: Apache-2.0

extension HTTPRequest {
    /// What an error names: method, target and server.
    func summary(to endpoint: Endpoint) -> String {
        "\(method) \(target) at \(endpoint)"
    }

    /// Throws where the request would not be one request on the wire. `what` names it in the message.
    func check(_ what: String) throws(CurlError) {
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
            throw CurlError(.invalid, "\(what): the method is no token (RFC 9110, section 5.6.2)")
        }
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !target.utf8.contains(UInt8(ascii: "#"))
        else {
            throw CurlError(.invalid, "\(what): the target must begin with '/' and be percent-encoded")
        }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte), !Self.ownHeaders.contains(name.lowercased())
            else { throw CurlError(.invalid, "\(what): the header field '\(name)' can't be set") }
            guard value.utf8.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }) else {
                throw CurlError(.invalid, "\(what): the value of '\(name)' holds a control character")
            }
        }
        if case .stream(let length?, _) = body, Int64(exactly: length) == nil {
            throw CurlError(.invalid, "\(what): the body is longer than \(Int64.max) bytes")
        }
    }

    /// What the client says itself: two framings in one request are a way to smuggle another (RFC 9112, section 11.2).
    private static let ownHeaders: Set = ["host", "content-length", "transfer-encoding", "connection", "expect"]

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
