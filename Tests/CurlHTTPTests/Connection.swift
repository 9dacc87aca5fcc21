// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The server's end of a connection, used by one thread. Reads block; what can't be read or written counts as the end.
final class Connection {
    private let socket: Int32
    private var buffer: [UInt8] = []

    init(_ socket: Int32) {
        self.socket = socket
    }

    func close() {
        Glibc.close(socket)
    }

    /// Makes the coming close a reset, as a crashed machine does.
    func resetWhenClosed() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// Sends `text` as a whole.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// A whole request; nil where the client closed before.
    func readRequest() -> ReceivedRequest? {
        guard var request = readHead() else { return nil }
        if request.header("transfer-encoding") == "chunked" {
            while let chunk = readChunk(), !chunk.isEmpty { request.body += chunk }
        } else if let length = request.header("content-length").flatMap(Int.init) {
            request.body = readBytes(length)
        }
        return request
    }

    /// The request's line and its fields, without the body.
    func readHead() -> ReceivedRequest? {
        guard let line = readLine() else { return nil }
        var request = ReceivedRequest(line: line)
        while let field = readLine(), let colon = field.firstIndex(of: ":") {
            let value = field[field.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            request.headers.append((field[..<colon].lowercased(), value))
        }
        return request
    }

    /// The next chunk of a chunked body, the last one empty; nil where the client closed before.
    func readChunk() -> [UInt8]? {
        guard let size = readLine().flatMap({ Int($0, radix: 16) }) else { return nil }
        let chunk = readBytes(size)
        _ = readLine()
        return chunk.count == size ? chunk : nil
    }

    /// A line without its break.
    private func readLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line.trimmingCharacters(in: .newlines)
            }
            guard fill() else { return nil }
        }
    }

    private func readBytes(_ count: Int) -> [UInt8] {
        while buffer.count < count, fill() {}
        defer { buffer.removeFirst(min(count, buffer.count)) }
        return Array(buffer.prefix(count))
    }

    private func fill() -> Bool {
        let chunk = [UInt8](unsafeUninitializedCapacity: 256 << 10) { space, count in
            count = max(0, recv(socket, space.baseAddress, space.count, 0))
        }
        buffer += chunk
        return !chunk.isEmpty
    }

    /// Hands on the next `total` bytes, piece by piece, to `take`, and says whether all came.
    func readPieces(total: UInt64, _ take: (UnsafeRawBufferPointer) -> Void) -> Bool {
        buffer.withUnsafeBytes(take)
        var left = total - UInt64(buffer.count)
        buffer = []
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { space.deallocate() }
        while left > 0 {
            let count = recv(socket, space.baseAddress, Int(min(UInt64(space.count), left)), 0)
            guard count > 0 else { return false }
            take(UnsafeRawBufferPointer(rebasing: space[..<count]))
            left -= UInt64(count)
        }
        return true
    }

    /// Waits until the client closes or resets the connection, reading nothing of what it sends.
    func waitForHangUp() {
        var state = pollfd(fd: socket, events: 0x2000 /* POLLRDHUP */, revents: 0)
        poll(&state, 1, 30_000)
    }
}
