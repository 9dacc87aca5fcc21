// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Synchronization

/// The secret of a link: a reload may replace it, from the next request on.
final class LinkKey: Sendable {
    private let current: Mutex<KeySecret>

    init(_ secret: KeySecret) {
        current = Mutex(secret)
    }

    /// What the next request is sent with.
    var secret: KeySecret {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
