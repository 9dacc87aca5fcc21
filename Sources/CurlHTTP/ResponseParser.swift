// SPDX-License-Identifier: Apache-2.0

/// Gathers a response from what libcurl hands out: head lines, one a call, and pieces of the body without its framing.
struct ResponseParser {
    /// The largest head that is taken, in bytes, interim responses included.
    static let mostHeaderBytes = 64 << 10

    private var status = 0
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    private var headerBytes = 0
    /// Whether the empty line behind the last head has come.
    private(set) var headIsComplete = false

    /// What has come so far.
    var response: HTTPResponse { HTTPResponse(status: status, headers: headers, body: body) }

    /// Whether a final response is here as a whole, as far as its `Content-Length` can tell.
    var isComplete: Bool {
        headIsComplete && status >= 200 && response.header("Content-Length").flatMap(Int.init) == body.count
    }

    /// Takes one line with its line break; false where the head grows too large.
    mutating func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        if headerBytes > Self.mostHeaderBytes { return false }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") && (headIsComplete || status == 0) {
            start(statusLine: text)
        } else if text.allSatisfy(\.isNewline) {
            headIsComplete = true
        } else if !headIsComplete {
            takeField(text)
        }
        // Lines behind a complete head are trailers, which nobody asked for.
        return true
    }

    /// A final response follows an interim one (RFC 9110, section 15.2), and only the last counts.
    private mutating func start(statusLine: String) {
        status = statusLine.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) } ?? 0
        headers = []
        headIsComplete = false
    }

    private mutating func takeField(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return }
        headers.append((String(text[..<colon]), trimmed(text[text.index(after: colon)...])))
    }

    private func trimmed(_ text: Substring) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }

    /// Takes bytes of the body; false where it grows beyond `limit`.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Bool {
        if bytes.count > limit - body.count { return false }
        body.append(contentsOf: bytes)
        return true
    }
}
