// SPDX-License-Identifier: Apache-2.0
import Logging
import Synchronization

/// The least level that is logged, shared by all loggers of a process, so that a reload can change it while they are in
/// use. A logger whose own `logLevel` is set keeps that.
package final class LogThreshold: Sendable {
    private let current: Mutex<Logger.Level>

    /// Lets pass what is at least of `level`.
    package init(_ level: Logger.Level) {
        current = Mutex(level)
    }

    /// The least level that is logged.
    package var level: Logger.Level {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
