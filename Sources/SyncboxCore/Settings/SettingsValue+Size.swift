// SPDX-License-Identifier: Apache-2.0

extension SettingsValue {
    /// The units of sizes and their powers of two, as IEC 80000-13 has them.
    private static let sizeUnits: [(name: String, shift: UInt64)] = [("K", 10), ("M", 20), ("G", 30), ("T", 40)]

    /// A size in bytes: a whole number, alone or with K, M, G or T for 1024, 1024², 1024³ or 1024⁴.
    package static func size(_ text: String) throws(Mistake) -> UInt64 {
        let right = "write a number of bytes, or one with a unit, as 64M (K, M, G, T, of 1024)"
        let digits = text.prefix { $0.utf8.allSatisfy(isDigit) }
        let name = text.dropFirst(digits.count)
        guard !digits.isEmpty else { throw Mistake("is no size", right: right) }
        guard let unit = name.isEmpty ? ("", 0) : sizeUnits.first(where: { $0.name == name }) else {
            throw Mistake("has no unit '\(SettingsMistake.shown(String(name)))'", right: right)
        }
        guard let number = UInt64(digits), number <= UInt64.max >> unit.shift else {
            throw Mistake("is too large to count", right: "write a smaller one")
        }
        return number << unit.shift
    }

    /// A size within `range`, in bytes.
    package static func size(_ text: String, in range: ClosedRange<UInt64>) throws(Mistake) -> UInt64 {
        let size = try size(text)
        guard range.contains(size) else {
            throw Mistake(
                "is out of range",
                right: "write a size from \(Self.text(of: range.lowerBound)) to \(Self.text(of: range.upperBound))")
        }
        return size
    }

    /// The size as a settings file takes it, in the largest unit that leaves no rest.
    private static func text(of size: UInt64) -> String {
        let unit = sizeUnits.last { size != 0 && size % (1 << $0.shift) == 0 }
        return unit.map { "\(size >> $0.shift)\($0.name)" } ?? "\(size)"
    }
}
