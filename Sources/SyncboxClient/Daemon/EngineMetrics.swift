// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// What is measured, as Prometheus reads it.
    func metrics() -> String {
        ClientMetrics(
            status: status(), counters: mirror.counters, batches: batchTimes, fresh: freshness.fresh,
            uploads: mirror.uploads.inFlight.count, watchLimit: Watcher.limit, process: .current()
        ).text
    }
}
