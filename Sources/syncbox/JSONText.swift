// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// `value` as what `--json` prints: on one line, keys sorted, so that the same value always is the same text.
func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
