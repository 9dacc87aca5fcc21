// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

/// The service manager's end of `$NOTIFY_SOCKET`: a datagram socket that keeps what sd_notify(3) sends to it.
final class FakeServiceManager {
    private let descriptor: Int32
    private var received: [String] = []

    /// Listens at a path of its own and puts that into this process's environment. So only one process at a time can
    /// have one: tests that use it are exit tests, which have a process each.
    init() throws {
        let path = NSTemporaryDirectory() + "notify-\(getpid())"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        unlink(path)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        setenv("NOTIFY_SOCKET", path, 1)
    }

    /// What has come so far, in order. Does not wait for more.
    var messages: [String] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return received }
            received.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}
