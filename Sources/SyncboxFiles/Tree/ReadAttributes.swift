// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension SystemCalls {
    /// The mirrored extended attributes of something open, which may be open with O_PATH (listxattr(2) and getxattr(2) by
    /// `/proc/self/fd`); none where the file system has no such thing. Throws `.tooLarge` beyond `Attributes.longest`.
    func attributes(of descriptor: Descriptor, path: RelativePath?) throws(FileError) -> Attributes {
        var found: [Attributes.Attribute] = []
        for name in try attributeNames(of: descriptor, path: path) where Attributes.areMirrored(name) {
            if let value = try attribute(name, of: descriptor, path: path) {
                found.append(Attributes.Attribute(name: name, value: value))
            }
        }
        guard let attributes = Attributes(found) else { throw FileError(.tooLarge, operation: "getxattr", path: path) }
        return attributes
    }

    private func attributeNames(of descriptor: Descriptor, path: RelativePath?) throws(FileError) -> [[UInt8]] {
        do throws(FileError) {
            while true {
                let length = try make("listxattr", path) { outcome(listxattr(descriptor.magicPath, nil, 0)) }
                // Most entries have none.
                if length == 0 { return [] }
                if let names = try attributeNames(of: descriptor, length, path: path) { return names }
            }
        } catch  where error.code == .unsupported {
            return []
        }
    }

    /// nil where there are more by now.
    private func attributeNames(
        of descriptor: Descriptor, _ length: Int, path: RelativePath?
    ) throws(FileError) -> [[UInt8]]? {
        var names = [CChar](repeating: 0, count: length)
        do throws(FileError) {
            let length = try make("listxattr", path) { outcome(listxattr(descriptor.magicPath, &names, names.count)) }
            return names[..<length].split(separator: 0).map { name in name.map { UInt8(bitPattern: $0) } }
        } catch  where error.errno == ERANGE {
            return nil
        }
    }

    /// The value of one attribute; nil where it is gone.
    private func attribute(
        _ name: [UInt8], of descriptor: Descriptor, path: RelativePath?
    ) throws(FileError) -> [UInt8]? {
        // As long as a value can be (XATTR_SIZE_MAX).
        var value = [UInt8](repeating: 0, count: 64 << 10)
        do throws(FileError) {
            let length = try make("getxattr", path) {
                withName(name) { outcome(getxattr(descriptor.magicPath, $0, &value, value.count)) }
            }
            return Array(value[..<length])
        } catch  where error.errno == ENODATA {
            return nil
        }
    }
}
