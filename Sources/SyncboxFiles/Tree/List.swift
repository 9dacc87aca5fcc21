// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension Root {
    /// All names of `directory` but `.` and `..`, with a look at each, ordered by their bytes. These looks read no extended
    /// attributes: whether they changed shows in `changed`.
    ///
    /// Names that vanish meanwhile are left out. Throws when the directory can't be read to its end, never gives a part of
    /// it; throws `.notFound` or `.notDirectory` when it is gone. Holds all names in memory.
    package func list(_ directory: RelativePath) throws(FileError) -> [DirectoryEntry] {
        let descriptor = try open(directory, O_RDONLY | O_DIRECTORY)
        var found: [DirectoryEntry] = []
        try calls.readDirectory(descriptor, path: directory) { names in
            for name in names.inOrderOfInodes {
                if let look = lookInside(descriptor, name.pointer) {
                    found.append(DirectoryEntry(name: name.bytes, look: look))
                }
            }
        }
        found.sort { $0.name.lexicographicallyPrecedes($1.name) }
        return found
    }

    /// The names of the directories in `directory`, in no order, without a look at each where the file system tells
    /// kinds. Throws as `list(_:)` does.
    package func subdirectories(of directory: RelativePath) throws(FileError) -> [[UInt8]] {
        try subdirectories(of: open(directory, O_RDONLY | O_DIRECTORY), path: directory).names
    }

    /// The same for an open directory, which has not been listed yet; also how many entries it has at all.
    func subdirectories(
        of descriptor: Descriptor, path: RelativePath
    ) throws(FileError) -> (names: [[UInt8]], entries: Int) {
        var found: [[UInt8]] = []
        var entries = 0
        try calls.readDirectory(descriptor, path: path) { names in
            for name in names {
                entries += 1
                let isDirectory =
                    name.type == DT_UNKNOWN
                    ? (try? calls.status(of: name.pointer, in: descriptor))?.kind == .directory
                    : name.type == DT_DIR
                if isDirectory { found.append(name.bytes) }
            }
        }
        return (found, entries)
    }

    /// A look at a name in an open directory; nil when it has vanished.
    private func lookInside(
        _ directory: Descriptor, _ name: UnsafePointer<CChar>
    ) -> Result<Observation, FileError>? {
        do throws(FileError) {
            let status = try calls.status(of: name, in: directory)
            guard status.kind == .symbolicLink else {
                return .success(status.observed(preserving: preserved).map(Observation.present) ?? .special)
            }
            // The target and the rest must be of the same link, so that the link itself is opened.
            let link = try calls.open(nil) {
                outcome(linux_openat(directory.number, name, LINUX_O_PATH | O_NOFOLLOW | O_CLOEXEC, 0))
            }
            return .success(try observe(link, path: nil))
        } catch {
            return error.code == .notFound ? nil : .failure(error)
        }
    }
}

/// The names that one getdents64(2) call gave. Valid only while its buffer is.
struct DirectoryNames: Sequence {
    /// One name.
    struct Name {
        /// The inode, as the directory tells it.
        let inode: UInt64
        /// A `DT_` constant; DT_UNKNOWN where the file system doesn't tell.
        let type: Int
        /// The name, NUL-terminated, inside the buffer.
        let pointer: UnsafePointer<CChar>

        /// The name's bytes.
        var bytes: [UInt8] {
            Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
        }

        fileprivate var isDots: Bool {
            pointer[0] == dot && (pointer[1] == 0 || pointer[1] == dot && pointer[2] == 0)
        }

        private var dot: CChar { CChar(UInt8(ascii: ".")) }
    }

    fileprivate let buffer: UnsafeRawBufferPointer

    /// The order in which file systems with inode tables are looked through fastest when nothing is cached.
    var inOrderOfInodes: [Name] { sorted { $0.inode < $1.inode } }

    func makeIterator() -> AnyIterator<Name> {
        var offset = 0
        return AnyIterator {
            while offset < buffer.count {
                let name = name(at: offset)
                offset += Int(buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
                if !name.isDots { return name }
            }
            return nil
        }
    }

    /// `struct linux_dirent64` of getdents(2): inode, offset, record length, type, name.
    private func name(at offset: Int) -> Name {
        guard let start = buffer.baseAddress else { preconditionFailure("a buffer with names has an address") }
        return Name(
            inode: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self), type: Int(buffer[offset + 18]),
            pointer: (start + offset + 19).assumingMemoryBound(to: CChar.self))
    }
}

extension SystemCalls {
    /// How much of a directory is read with one call, in bytes: some hundred names, as large as readdir(3) has it.
    /// What is larger malloc(3) would map and unmap for every directory.
    private static let directoryBuffer = 32 << 10

    /// Gives `body` the names of an open directory, from where it stands to its end, in portions.
    func readDirectory(
        _ directory: Descriptor, path: RelativePath?, _ body: (DirectoryNames) throws(FileError) -> Void
    ) throws(FileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.directoryBuffer, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let length = try make("list", path) {
                outcome(linux_getdents64(directory.number, buffer.baseAddress, buffer.count))
            }
            if length == 0 { return }
            try body(DirectoryNames(buffer: UnsafeRawBufferPointer(rebasing: buffer[..<length])))
        }
    }
}
