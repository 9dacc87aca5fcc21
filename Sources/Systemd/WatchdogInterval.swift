// SPDX-License-Identifier: Apache-2.0
import CSystemd

/// How often the service manager wants to hear that the service is alive.
package enum WatchdogInterval {
    /// The unit's `WatchdogSec=`, by sd_watchdog_enabled(3): the longest time between two `Notifier.alive()`. nil where
    /// the manager does not watch this process.
    package static func current() -> Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }
}
