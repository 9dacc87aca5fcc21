// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import Systemd

/// Tells the service manager that the daemon stops. The last of the services, hence the first to be shut down.
struct AnnounceStop: Service {
    let notifier: Notifier

    func run() async throws {
        try await gracefulShutdown()
        notifier.stopping()
    }
}
