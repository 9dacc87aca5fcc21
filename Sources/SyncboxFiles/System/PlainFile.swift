// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Small files outside of any tree, by their own paths: settings and keys. Symbolic links on the way are the operator's
/// and are followed. The errors tell no path: whoever asks knows it. Every call blocks.
package enum PlainFile {
    /// How much is read with one call, in bytes.
    private static let readBuffer = 64 << 10

    /// The whole content of a file, or of a pipe up to its end. Throws `.notFound`, `.permission`, `.isDirectory`,
    /// `.tooLarge` when it is longer than `limit` bytes, and whatever open(2) and read(2) report.
    package static func read(_ path: String, atMost limit: Int) throws(FileError) -> [UInt8] {
        let calls = SystemCalls(faults: nil)
        let file = try calls.open(nil) { outcome(linux_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readBuffer, alignment: 1)
        defer { buffer.deallocate() }
        var content: [UInt8] = []
        while true {
            let count = try calls.make("read", nil) {
                outcome(CLinux.read(file.number, buffer.baseAddress, buffer.count))
            }
            if count == 0 { return content }
            content += buffer[..<count]
            guard content.count <= limit else { throw FileError(.tooLarge, operation: "read", path: nil) }
        }
    }

    /// The names in a directory, without `.` and `..`, ordered by their bytes. Throws `.notFound`, `.notDirectory`,
    /// `.permission`, and whatever open(2) and getdents64(2) report.
    package static func names(in directory: String) throws(FileError) -> [[UInt8]] {
        let calls = SystemCalls(faults: nil)
        let descriptor = try calls.open(nil) { outcome(linux_open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) }
        var found: [[UInt8]] = []
        try calls.readDirectory(descriptor, path: nil) { names in found += names.map(\.bytes) }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Makes a directory that only its owner can enter, or one of another mode, whatever the umask; one that is there already
    /// stays as it is.
    package static func makeDirectory(_ path: String, mode: mode_t = 0o700) throws(FileError) {
        do throws(FileError) {
            let calls = SystemCalls(faults: nil)
            try calls.make("mkdir", nil) { outcome(mkdir(path, mode)) }
            try calls.make("chmod", nil) { outcome(chmod(path, mode)) }
        } catch  where error.code == .exists {
            return
        }
    }

    /// Gives a file another name, its own with `.damaged` behind it, replacing an older one.
    package static func putAside(_ path: String) throws(FileError) {
        try SystemCalls(faults: nil).make("rename", nil) { outcome(rename(path, path + ".damaged")) }
    }

    /// Creates a file that only its owner can read and write, with this content, and syncs it. Never replaces anything:
    /// throws `.exists` where the name is taken, even by a dangling symbolic link. Where writing fails the name is free
    /// again. `faults` makes calls fail, in tests.
    package static func createPrivate(
        _ path: String, _ content: [UInt8], faults: FaultPlan? = nil
    ) throws(FileError) {
        try create(path, content, mode: 0o600, faults: faults)
    }

    /// The same for a file with this mode, whatever the umask.
    package static func create(
        _ path: String, _ content: [UInt8], mode: mode_t, faults: FaultPlan? = nil
    ) throws(FileError) {
        let calls = SystemCalls(faults: faults)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let file = try calls.open(nil) { outcome(linux_openat(AT_FDCWD, path, flags, 0o600)) }
        do throws(FileError) {
            try content.span.bytes.withUnsafeBytes { bytes throws(FileError) in
                try calls.writeFully(file, bytes, at: 0, path: nil)
            }
            if mode != 0o600 { try calls.make("fchmod", nil) { outcome(fchmod(file.number, mode)) } }
            try calls.make("fsync", nil) { outcome(fsync(file.number)) }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Gives a file another content, of the same owner and mode, in one step: whoever opens it finds the one or the other, also
    /// after a power loss. A symbolic link stays, and what it leads to is replaced.
    package static func replace(_ path: String, _ content: [UInt8]) throws(FileError) {
        let calls = SystemCalls(faults: nil)
        guard let resolved = realpath(path, nil) else { throw FileError(.notFound, operation: "realpath", path: nil) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        var status = stat()
        try calls.make("stat", nil) { outcome(stat(target, &status)) }
        let directory = directory(of: target)
        // Names with a dot are no drop-ins.
        let new = "\(directory)/.\(target.split(separator: "/").last ?? "").\(getpid()).new"
        try createPrivate(new, content)
        do throws(FileError) {
            try calls.make("chown", nil) { outcome(chown(new, status.st_uid, status.st_gid)) }
            try calls.make("chmod", nil) { outcome(chmod(new, status.st_mode & 0o7777)) }
            try calls.make("rename", nil) { outcome(rename(new, target)) }
        } catch {
            unlink(new)
            throw error
        }
        try syncDirectory(directory, calls)
    }

    /// Removes a file, for good.
    package static func remove(_ path: String) throws(FileError) {
        let calls = SystemCalls(faults: nil)
        try calls.make("unlink", nil) { outcome(unlink(path)) }
        try syncDirectory(directory(of: path), calls)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func syncDirectory(_ path: String, _ calls: SystemCalls) throws(FileError) {
        let directory = try calls.open(nil) { outcome(linux_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) }
        try calls.make("fsync", nil) { outcome(fsync(directory.number)) }
    }
}
