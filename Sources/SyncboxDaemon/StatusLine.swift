// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import Systemd

/// Keeps the line of text up to date that `systemctl status` shows of the daemon.
///
/// The daemon's parts call `refresh()` whenever something may have changed. The text is made then, at most once in each
/// `gap`, and sent when it differs from the last one. The last change is never lost: it shows after the gap at the
/// latest. Nothing is done while nothing changes.
package struct StatusLine: Service {
    /// The shortest time between two texts.
    package static let defaultGap = Duration.seconds(1)

    private let gap: Duration
    private let notifier: Notifier
    private let describe: @Sendable () async -> String
    private let refreshes: AsyncStream<Void>
    private let refreshed: AsyncStream<Void>.Continuation

    /// Shows what `describe` says: one line, the most important first.
    package init(
        notifier: Notifier, gap: Duration = StatusLine.defaultGap, describe: @escaping @Sendable () async -> String
    ) {
        self.notifier = notifier
        self.gap = gap
        self.describe = describe
        // One wish to be refreshed is as good as a hundred.
        (refreshes, refreshed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        refreshed.yield()
    }

    /// Asks for the text to be made anew. Cheap, and never waits.
    package func refresh() {
        refreshed.yield()
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var shown: String?
            for await _ in refreshes {
                let text = await describe()
                if text != shown { notifier.status(text) }
                shown = text
                try await Task.sleep(for: gap)
            }
        }
    }
}
