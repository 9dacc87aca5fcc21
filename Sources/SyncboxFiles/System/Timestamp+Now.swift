// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension Timestamp {
    /// What the machine's clock shows (clock_gettime(2), CLOCK_REALTIME), which the file systems' timestamps come from.
    package static var now: Timestamp {
        var now = CLinux.timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(seconds: Int64(now.tv_sec), nanoseconds: UInt32(now.tv_nsec))
    }
}
