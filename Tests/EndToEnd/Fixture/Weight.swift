// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Tag {
    /// Takes ten seconds or more.
    @Tag static var heavy: Self
}

/// Whether heavy tests run: unless `$SYNCBOX_SKIP_HEAVY` is set.
let runsHeavyTests = ProcessInfo.processInfo.environment["SYNCBOX_SKIP_HEAVY"] == nil
