// SPDX-License-Identifier: Apache-2.0

/// A set of bytes: what a bracket expression such as `[a-z]` takes.
struct ByteSet: Hashable, Sendable {
    /// One bit a byte, kept inline so that asking costs no reference.
    private var bits = SIMD4<UInt64>()

    init() {}

    init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    /// Whether `byte` is in the set.
    func contains(_ byte: UInt8) -> Bool {
        bits[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0
    }

    private mutating func insert(_ byte: UInt8) {
        bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    mutating func remove(_ byte: UInt8) {
        bits[Int(byte >> 6)] &= ~(1 << UInt64(byte & 63))
    }

    mutating func formUnion(_ other: ByteSet) {
        bits |= other.bits
    }

    /// Takes what was not in the set, and drops what was.
    mutating func invert() {
        bits = ~bits
    }
}

extension ByteSet {
    /// The class that POSIX calls `name`, in ASCII whatever the locale, as git has them: `space` is blank, tab, line
    /// feed and carriage return, without form feed and vertical tab. Nil for a name that is none.
    init?(posixClass name: some Collection<UInt8>) {
        guard let isMember = Self.posixClasses.first(where: { name.elementsEqual($0.name.utf8) })?.isMember else {
            return nil
        }
        for byte in UInt8.min...UInt8.max where isMember(byte) { insert(byte) }
    }

    private static let posixClasses: [(name: String, isMember: @Sendable (UInt8) -> Bool)] = [
        ("alnum", { isLetter($0) || isDigit($0) }),
        ("alpha", { isLetter($0) }),
        ("blank", { $0 == 0x20 || $0 == 0x09 }),
        ("cntrl", { $0 < 0x20 || $0 == 0x7F }),
        ("digit", { isDigit($0) }),
        ("graph", { isGraphic($0) }),
        ("lower", { isLetter($0) && $0 >= 0x61 }),
        ("print", { isGraphic($0) || $0 == 0x20 }),
        ("punct", { isGraphic($0) && !isLetter($0) && !isDigit($0) }),
        ("space", { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }),
        ("upper", { isLetter($0) && $0 < 0x61 }),
        ("xdigit", { isDigit($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) }),
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
    private static func isGraphic(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}
