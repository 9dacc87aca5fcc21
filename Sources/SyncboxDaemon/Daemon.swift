// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle

/// An assembled daemon: what runs, and what a reload does.
package struct Daemon: Sendable {
    /// The parts that run side by side until the daemon stops. A later one may use an earlier one: they are shut down
    /// in reverse, each when the one after it has finished.
    package var services: [any Service]
    /// Reads the settings again and applies them. When it throws, everything stays as it was.
    package var reload: @Sendable () async throws -> Void

    package init(services: [any Service], reload: @escaping @Sendable () async throws -> Void) {
        self.services = services
        self.reload = reload
    }
}
