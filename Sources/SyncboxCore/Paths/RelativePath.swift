// SPDX-License-Identifier: Apache-2.0

/// A path below a root, as raw bytes: what a source and its destination call the same entry.
///
/// It cannot leave its root: no component is empty, `.` or `..`, none holds `/` or NUL. The empty path is the root itself.
/// Names are bytes, never text: Linux allows every byte but `/` and NUL (path_resolution(7)), so two names that are
/// canonically equal as Unicode are different here, and a name that is not UTF-8 is as good as any other.
///
/// Paths order so that a directory comes directly before everything below it: `/` sorts before every other byte.
package struct RelativePath: Hashable, Sendable {
    /// The longest name that Linux file systems take (NAME_MAX), in bytes.
    package static let longestName = 255
    /// The longest path that a system call takes, in bytes: PATH_MAX less its NUL.
    package static let longestPath = 4095
    /// The most names of a path. What is done with a path costs as much as it is deep, and with each directory above it so
    /// much again: this keeps that small, and trees that people make are far from it.
    package static let deepest = 512

    /// The components, joined by `/`, with none at either end.
    package let bytes: [UInt8]

    /// The root itself.
    package static let root = RelativePath(unchecked: [])

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes bytes that came from outside. Throws what is wrong with them.
    package init(_ bytes: some Sequence<UInt8>) throws(PathError) {
        let bytes = Array(bytes)
        guard bytes.count <= Self.longestPath else { throw .pathTooLong(bytes.count) }
        for name in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) where !bytes.isEmpty {
            try Self.check(name)
        }
        try Self.check(depth: Self.depth(of: bytes))
        self.bytes = bytes
    }

    /// Takes text, as UTF-8. Throws as `init(_:)` does.
    package init(_ text: String) throws(PathError) {
        try self.init(Array(text.utf8))
    }

    private static func check(_ name: some Collection<UInt8>) throws(PathError) {
        // All at once: one by one the bytes would be asked for through the collection's own type.
        let found = name.withContiguousStorageIfAvailable { Self.fault(in: $0) }
        if let fault = found ?? Array(name).withUnsafeBufferPointer({ Self.fault(in: $0) }) { throw fault }
    }

    /// Why `name` is no single name; nil where it is one.
    private static func fault(in name: UnsafeBufferPointer<UInt8>) -> PathError? {
        let dot = UInt8(ascii: ".")
        if name.isEmpty { return .emptyName }
        if name.count > longestName { return .nameTooLong(name.count) }
        if name[0] == dot, name.count == 1 || name.count == 2 && name[1] == dot { return .dots }
        if name.contains(0) { return .nul }
        return name.contains(UInt8(ascii: "/")) ? .slash : nil
    }

    private static func check(depth: Int) throws(PathError) {
        if depth > deepest { throw .tooDeep(depth) }
    }

    private static func depth(of bytes: [UInt8]) -> Int {
        bytes.isEmpty ? 0 : bytes.count(where: { $0 == UInt8(ascii: "/") }) + 1
    }

    /// The path of `name` in this directory. Throws when `name` is no single name, or the path becomes too long
    /// or too deep.
    package func appending(_ name: some Collection<UInt8>) throws(PathError) -> RelativePath {
        try Self.check(name)
        let length = isRoot ? name.count : bytes.count + 1 + name.count
        guard length <= Self.longestPath else { throw .pathTooLong(length) }
        try Self.check(depth: depth + 1)
        var joined: [UInt8] = []
        joined.reserveCapacity(length)
        if !isRoot {
            joined += bytes
            joined.append(UInt8(ascii: "/"))
        }
        joined += name
        return RelativePath(unchecked: joined)
    }

    /// Whether this is the root itself.
    package var isRoot: Bool { bytes.isEmpty }

    /// The last component; empty for the root.
    package var name: ArraySlice<UInt8> {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
        return bytes[(slash + 1)...]
    }

    /// The directory that holds this path, or nil for the root.
    package var parent: RelativePath? {
        if isRoot { return nil }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return RelativePath(unchecked: Array(bytes[..<slash]))
    }

    /// Every directory above this path, the root first; empty for the root.
    package var ancestors: [RelativePath] {
        var found: [RelativePath] = []
        var next = parent
        while let directory = next {
            found.append(directory)
            next = directory.parent
        }
        return found.reversed()
    }

    /// The names from the root down; empty for the root.
    package var components: [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/"))
    }

    /// How many names the path has: 0 for the root.
    package var depth: Int {
        Self.depth(of: bytes)
    }

    /// Whether this path lies below `directory`, at any depth. Nothing lies below itself.
    package func isBelow(_ directory: RelativePath) -> Bool {
        if directory.isRoot { return !isRoot }
        return bytes.count > directory.bytes.count && bytes[directory.bytes.count] == UInt8(ascii: "/")
            && bytes.starts(with: directory.bytes)
    }

    /// Where this path is once `old`, itself or a directory above it, has become `new`; nil where it is neither,
    /// or where the new path would be too long.
    package func moved(from old: RelativePath, to new: RelativePath) -> RelativePath? {
        if self == old { return new }
        guard isBelow(old) else { return nil }
        let rest = bytes[(old.isRoot ? 0 : old.bytes.count + 1)...]
        return try? RelativePath((new.isRoot ? [] : new.bytes + [UInt8(ascii: "/")]) + rest)
    }

    /// The bytes with a NUL behind them, as system calls take them; the root as `.`.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        let length = isRoot ? 1 : bytes.count
        return try withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { buffer in
            if isRoot {
                buffer.initializeElement(at: 0, to: CChar(bitPattern: UInt8(ascii: ".")))
            } else {
                for (index, byte) in bytes.enumerated() {
                    buffer.initializeElement(at: index, to: CChar(bitPattern: byte))
                }
            }
            buffer.initializeElement(at: length, to: 0)
            guard let start = buffer.baseAddress else { preconditionFailure("a NUL stands in the buffer") }
            return try body(start)
        }
    }

    /// All bytes at once: a path is the key of most of what the engine knows, and the array itself would give them one by one.
    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension RelativePath: Comparable {
    package static func < (left: RelativePath, right: RelativePath) -> Bool {
        left.bytes.withUnsafeBufferPointer { left in
            right.bytes.withUnsafeBufferPointer { right in
                let shared = min(left.count, right.count)
                var index = 0
                while index < shared, left[index] == right[index] { index += 1 }
                return index < shared ? ranked(left[index]) < ranked(right[index]) : left.count < right.count
            }
        }
    }

    /// `/` before every byte that a name may hold, so that a directory and what is below it stand together.
    private static func ranked(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "/") ? 0 : byte
    }
}

extension RelativePath: CustomStringConvertible {
    /// For logs and people: printable UTF-8 as it is, every other byte as `\xNN`, the root as `.`.
    package var description: String {
        isRoot ? "." : PrintableBytes.text(bytes)
    }
}

/// Why bytes are no `RelativePath`.
package enum PathError: Error, Hashable, Sendable, CustomStringConvertible {
    case emptyName, dots, nul, slash
    /// The length found, in bytes.
    case nameTooLong(Int)
    /// The length found, in bytes.
    case pathTooLong(Int)
    /// The number of names found.
    case tooDeep(Int)

    package var description: String {
        switch self {
        case .emptyName: "a path must not start or end with '/', nor hold '//'"
        case .dots: "a path must not hold '.' or '..' as a name"
        case .nul: "a path must not hold a NUL byte"
        case .slash: "a name must not hold '/'"
        case .nameTooLong(let count): "a name is \(count) bytes long; \(RelativePath.longestName) are possible"
        case .pathTooLong(let count): "the path is \(count) bytes long; \(RelativePath.longestPath) are possible"
        case .tooDeep(let count): "a path has \(count) names; \(RelativePath.deepest) are possible"
        }
    }
}
