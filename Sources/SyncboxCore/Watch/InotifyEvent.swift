// SPDX-License-Identifier: Apache-2.0

/// One event of inotify(7), as it stands in the buffer that read(2) filled.
package struct InotifyEvent: Hashable, Sendable {
    /// What happened: the `IN_` bits of <sys/inotify.h>.
    package struct Mask: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// A file was written to, or cut off.
        package static let modified = Mask(rawValue: 0x0000_0002)
        /// Mode, owner, times or the number of names changed.
        package static let attributes = Mask(rawValue: 0x0000_0004)
        /// A file that was open for writing was closed.
        package static let closedAfterWriting = Mask(rawValue: 0x0000_0008)
        /// A name was taken away by a rename; the event of the name that it got has the same cookie.
        package static let movedFrom = Mask(rawValue: 0x0000_0040)
        /// A name was given by a rename.
        package static let movedTo = Mask(rawValue: 0x0000_0080)
        /// A name was made.
        package static let created = Mask(rawValue: 0x0000_0100)
        /// A name was removed.
        package static let deleted = Mask(rawValue: 0x0000_0200)
        /// The watched directory itself was removed.
        package static let selfDeleted = Mask(rawValue: 0x0000_0400)
        /// The watched directory itself was renamed.
        package static let selfMoved = Mask(rawValue: 0x0000_0800)
        /// The file system of the watched directory was unmounted.
        package static let unmounted = Mask(rawValue: 0x0000_2000)
        /// The kernel's queue was full: events are missing.
        package static let overflow = Mask(rawValue: 0x0000_4000)
        /// The watch is gone, by request or with its directory.
        package static let ignored = Mask(rawValue: 0x0000_8000)
        /// The event is about a directory.
        package static let isDirectory = Mask(rawValue: 0x4000_0000)
    }

    /// The watch descriptor; -1 for an overflow.
    package let watch: Int32
    /// What happened.
    package let mask: Mask
    /// What the two events of one rename have in common, and no other; otherwise 0.
    package let cookie: UInt32
    /// The name in the watched directory that the event is about; empty where it is about the directory itself.
    package let name: [UInt8]

    package init(watch: Int32, mask: Mask, cookie: UInt32 = 0, name: [UInt8] = []) {
        self.watch = watch
        self.mask = mask
        self.cookie = cookie
        self.name = name
    }

    /// The length of an event without its name: four words of 32 bits in the machine's byte order.
    private static let headerLength = 16

    /// All events in what one read(2) gave, in their order; nil when the bytes are no whole events, which the kernel rules out.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> [InotifyEvent]? {
        var events: [InotifyEvent] = []
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= headerLength else { return nil }
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            let start = offset + headerLength
            guard bytes.count - start >= length else { return nil }
            // NULs fill the name up to where the next event is aligned.
            let name = bytes[start..<(start + length)].prefix { $0 != 0 }
            events.append(
                InotifyEvent(
                    watch: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                    mask: Mask(rawValue: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)),
                    cookie: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self), name: Array(name)))
            offset = start + length
        }
        return events
    }
}
