// SPDX-License-Identifier: Apache-2.0
import CLinux
import Crypto
import Foundation
import SyncboxCore

/// Reads a directory with nothing but the C library: what the code under test is compared with.
enum DiskTree {
    /// One line for each entry below `root`, by its printable path, in the form of `TemporaryShare.line`. `.syncbox` is left out.
    static func lines(_ root: String) throws -> [String: String] {
        var lines: [String: String] = [:]
        try walk(Array(root.utf8), [], &lines)
        return lines
    }

    private static func walk(_ directory: [UInt8], _ prefix: [UInt8], _ lines: inout [String: String]) throws {
        guard let stream = opendir(directory.map { CChar(bitPattern: $0) } + [0]) else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            let isOwn = prefix.isEmpty && name == Array(".syncbox".utf8)
            if name == [46] || name == [46, 46] || isOwn { continue }
            let path = prefix.isEmpty ? name : prefix + [47] + name
            let place = directory + [47] + name
            lines[PrintableBytes.text(path)] = try line(place)
            if lines[PrintableBytes.text(path)]?.hasPrefix("directory") ?? false { try walk(place, path, &lines) }
        }
    }

    private static func line(_ place: [UInt8]) throws -> String {
        var status = linux_status()
        var target = [UInt8](repeating: 0, count: 5000)
        let path = place.map { CChar(bitPattern: $0) } + [0]
        let length = target.withUnsafeMutableBytes { linux_readlinkat(AT_FDCWD, path, $0.baseAddress, $0.count) }
        guard linux_statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, UInt32(STATX_BASIC_STATS), &status) == 0 else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        let mode = String(status.stx_mode & 0o7777, radix: 8)
        let time = "\(status.stx_mtime.tv_sec).\(status.stx_mtime.tv_nsec)"
        // The four highest bits are the kind (inode(7)).
        switch status.stx_mode >> 12 {
        case 4: return "directory \(mode) \(time)"
        case 10: return "link \(time) \(PrintableBytes.text(target.prefix(length)))"
        default:
            let content = try content(place, Int(status.stx_size))
            let digest = SHA256.hash(data: content).map { String(format: "%02x", $0) }.joined()
            return "file \(mode) \(time) \(status.stx_size) \(digest)"
        }
    }

    private static func content(_ place: [UInt8], _ size: Int) throws -> [UInt8] {
        guard let file = fopen(place.map { CChar(bitPattern: $0) } + [0], "r") else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        defer { fclose(file) }
        var content = [UInt8](repeating: 0, count: size)
        guard fread(&content, 1, size, file) == size else { throw POSIXError(.EIO) }
        return content
    }
}
