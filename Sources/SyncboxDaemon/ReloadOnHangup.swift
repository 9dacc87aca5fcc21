// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle
import SyncboxCore
import Systemd
import UnixSignals

/// Reloads the daemon at each SIGHUP, one after another, and tells the service manager when that begins and ends.
struct ReloadOnHangup: Service {
    let hangups: UnixSignalsSequence
    let reload: @Sendable () async throws -> Void
    let context: DaemonContext

    func run() async {
        for await _ in hangups.cancelOnGracefulShutdown() {
            await reloadOnce()
        }
    }

    /// The READY=1 that ends a reload must not be the first one: it would end a start that is still under way.
    private func reloadOnce() async {
        let hasStarted = context.readiness.isReady
        if hasStarted { context.notifier.reloading() }
        do {
            try await reload()
            context.logger.notice("reloaded the settings")
        } catch let mistakes as SettingsMistakes {
            for mistake in mistakes.all { refuse(mistake) }
        } catch {
            refuse(error)
        }
        if hasStarted { context.notifier.ready() }
    }

    private func refuse(_ reason: some Sendable) {
        context.logger.log(.notReloaded, .error, "not reloaded, everything stays as it was: \(reason)")
    }
}
