// SPDX-License-Identifier: Apache-2.0

/// The extended attributes of a file or a directory that are mirrored (xattr(7)): `user.*`, the two access control lists
/// (acl(5)), and a program's capabilities.
///
/// What else there is belongs to the machine (`security.selinux`, `trusted.overlay.*`): it is neither sent nor accepted.
package struct Attributes: Hashable, Sendable {
    /// One attribute.
    package struct Attribute: Hashable, Sendable {
        /// Its name, namespace included, as raw bytes without a NUL.
        package var name: [UInt8]
        /// Its value: any bytes, or none.
        package var value: [UInt8]

        package init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// The most bytes that an entry's attributes may have together, as `bytes` has them: as long as one value can be.
    package static let longest = 64 * 1024
    /// The longest name, in bytes (XATTR_NAME_MAX).
    package static let longestName = 255

    /// All attributes in the order of their names, each as `name-length:u8 name value-length:u32 value`: what databases and
    /// messages hold. Equal attributes have equal bytes.
    package let bytes: [UInt8]

    /// Takes attributes of different names in any order. nil where they are too long, or one is not mirrored.
    package init?(_ attributes: some Sequence<Attribute>) {
        var writer = ByteWriter()
        for attribute in attributes.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
            guard Self.areMirrored(attribute.name) else { return nil }
            writer.number(UInt8(attribute.name.count))
            writer.raw(attribute.name)
            writer.number(UInt32(attribute.value.count))
            writer.raw(attribute.value)
        }
        guard writer.bytes.count <= Self.longest else { return nil }
        bytes = writer.bytes
    }

    /// Takes what `bytes` has. nil for anything else: what comes from elsewhere is not believed.
    package init?(bytes: some Collection<UInt8>) {
        guard let attributes = Self.read(Array(bytes)[...]), let again = Attributes(attributes),
            again.bytes.elementsEqual(bytes), Set(attributes.map(\.name)).count == attributes.count
        else { return nil }
        self = again
    }

    /// The attributes, in the order of their names.
    package var all: [Attribute] {
        guard let all = Self.read(bytes[...]) else { preconditionFailure("the bytes were checked, or written here") }
        return all
    }

    /// Whether attributes of this name are mirrored.
    package static func areMirrored(_ name: [UInt8]) -> Bool {
        guard (1...longestName).contains(name.count), !name.contains(0) else { return false }
        return whole.contains(name) || name.starts(with: userPrefix) && name.count > userPrefix.count
    }

    private static let userPrefix = Array("user.".utf8)
    private static let whole = Set(
        ["system.posix_acl_access", "system.posix_acl_default", "security.capability"].map { Array($0.utf8) })

    private static func read(_ bytes: ArraySlice<UInt8>) -> [Attribute]? {
        var reader = ByteReader(bytes)
        var attributes: [Attribute] = []
        do {
            while !reader.rest.isEmpty {
                let name = try reader.raw(Int(reader.number(UInt8.self)))
                let value = try reader.raw(Int(reader.number(UInt32.self)))
                attributes.append(Attribute(name: Array(name), value: Array(value)))
            }
        } catch {
            return nil
        }
        return attributes
    }
}
