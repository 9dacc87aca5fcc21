// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// A listening socket that the service manager has opened and handed over, by sd_listen_fds(3): it stays open there while the
/// service is restarted, so that who connects meanwhile waits, and is not refused.
package struct InheritedSocket: Sendable {
    /// Where it listens.
    package enum Place: Hashable, Sendable {
        /// An address without brackets, and a port.
        case tcp(host: String, port: UInt16)
        /// A path; one of the abstract namespace begins with `@`.
        case unix(path: String)
    }

    /// Why a descriptor that was handed over is of no use.
    package struct Unusable: Error, Sendable {
        /// The descriptor's number.
        package let descriptor: Int32
    }

    /// The socket itself, closed on exec. Whoever takes it closes it.
    package let descriptor: Int32
    /// Where it listens, by getsockname(2).
    package let place: Place

    /// All that were handed over to this process; none where nobody did. To be called once, since it removes the variables
    /// that tell of them. Throws for one that is no listening stream socket of TCP or of the Unix kind.
    package static func all() throws(Unusable) -> [InheritedSocket] {
        let count = sd_listen_fds(1)
        guard count > 0 else { return [] }
        var sockets: [InheritedSocket] = []
        for descriptor in SD_LISTEN_FDS_START..<(SD_LISTEN_FDS_START + count) {
            guard sd_is_socket(descriptor, AF_UNSPEC, Int32(SOCK_STREAM.rawValue), 1) > 0,
                let place = place(of: descriptor)
            else { throw Unusable(descriptor: descriptor) }
            sockets.append(InheritedSocket(descriptor: descriptor, place: place))
        }
        return sockets
    }

    private static func place(of descriptor: Int32) -> Place? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let failed = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length) != 0
            }
            guard !failed else { return nil }
            switch Int32(pointer.pointee.ss_family) {
            case AF_INET:
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                    tcp(AF_INET, &address.pointee.sin_addr, address.pointee.sin_port)
                }
            case AF_INET6:
                return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    tcp(AF_INET6, &address.pointee.sin6_addr, address.pointee.sin6_port)
                }
            case AF_UNIX:
                let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0
                return .unix(path: path(UnsafeRawBufferPointer(start: pointer, count: Int(length)).dropFirst(start)))
            default: return nil
            }
        }
    }

    private static func tcp(_ family: Int32, _ address: UnsafeRawPointer, _ port: in_port_t) -> Place? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return nil }
        let host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return .tcp(host: host, port: UInt16(bigEndian: port))
    }

    /// unix(7): the path ends with NUL, and a name of the abstract namespace begins with it.
    private static func path(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        guard bytes.first == 0 else { return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self)
    }
}
