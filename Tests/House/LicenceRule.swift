// SPDX-License-Identifier: Apache-2.0

/// Code and units tell their licence in their first line, or in the second where the first has another duty.
enum LicenceRule {
    private static let suffixes: Set = [
        "swift", "c", "h", "modulemap", "sh", "bash", "py", "service", "socket", "target", "timer", "path", "slice",
        "catalog",
    ]
    private static let licence = "SPDX-License-Identifier: Apache-2.0"

    static func violations(in file: HouseFile) -> [Violation] {
        let first = file.lines.first ?? ""
        let isScript = first.hasPrefix("#!")
        guard suffixes.contains(file.suffix) || isScript || file.path.hasPrefix("systemd/") else { return [] }
        let line = isScript || first.hasPrefix("// swift-tools-version:") ? 1 : 0
        let allowed = ["// \(licence)", "# \(licence)", "/* \(licence) */"]
        if line < file.lines.count, allowed.contains(file.lines[line]) { return [] }
        return [Violation(file, line: line, "the SPDX line is missing")]
    }
}
