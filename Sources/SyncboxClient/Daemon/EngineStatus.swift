// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// What `syncbox status` and the service manager are told.
    func status() -> ClientStatus {
        var status = ClientStatus()
        let settings = parts.settings
        status.instance = parts.instance
        status.source = settings.source
        status.server = (settings.tls == nil ? "" : "https://") + settings.server.description
        status.share = settings.share
        status.state = stateWord
        status.link = mirror.link.reason ?? (mirror.state == nil ? "not tried yet" : "up")
        let now = Moment.now
        status.linkNextAttempt = mirror.link.retryAt.map { now.seconds(at: $0) }
        status.confirmed = countConfirmed()
        status.expected = expected()
        status.changes = mirror.counters.changes
        status.batches = mirror.counters.batches
        status.bytesSent = mirror.counters.bytesSent
        status.bytesSaved = mirror.counters.bytesSaved
        (status.changesPerSecond, status.bytesPerSecond) = rates.rate(of: mirror.counters, at: now.instant)
        status.started = started.seconds
        status.brake = mirror.heldText(confirmed: status.confirmed)
        status.fresh = freshness.fresh?.seconds
        status.special = UInt64(mirror.special.count)
        status.pending = UInt64(mirror.queue.waitingCount)
        status.inFlight = UInt64(mirror.queue.inFlightCount)
        status.pendingBytes = mirror.queue.pendingBytes
        status.watches = UInt64(watcher.watchCount)
        status.problems = mirror.problemReports(ClientStatus.mostProblems, at: now)
        status.problemCount = UInt64(mirror.problems.count)
        return status
    }

    /// The longest that a count is told while entries are being confirmed.
    private static let longestCount = Duration.seconds(5)

    private func countConfirmed() -> UInt64 {
        let now = Clock.now
        if mirror.queue.isIdle || countedAt.map({ $0.advanced(by: Self.longestCount) <= now }) ?? true {
            confirmedCount = (try? index.count) ?? 0
            totalCount = confirmedCount + UInt64(mirror.queue.waitingCount + mirror.queue.inFlightCount)
            countedAt = now
        }
        return confirmedCount
    }

    /// How many entries there are to mirror, until all of them have been for the first time: before the source has been compared
    /// what the watch found, and then what is confirmed and what waits.
    private func expected() -> UInt64? {
        guard freshness.fresh == nil else { return nil }
        return mirror.hasComparedAll ? totalCount : max(totalCount, UInt64(watcher.entriesListed))
    }

    private var stateWord: String {
        if isStopping { return "stopping" }
        if !mirror.isWatching { return "starting" }
        if mirror.link.reason != nil { return "waiting for the server" }
        if mirror.state == nil { return "aligning" }
        if mirror.isRescanning { return "scanning" }
        return mirror.queue.isIdle && !mirror.isDeciding ? "idle" : "mirroring"
    }

    /// Reads the settings again and applies those that can change while running: the log level, the ignore patterns, the
    /// debounce and retry times, the brake, the key. Tells which others need a restart.
    func reload(from path: String, _ context: DaemonContext) throws {
        let (new, files) = try loadSettings(ClientSettings.self, from: path, environment: context.environment)
        try new.checkCertificates(namedIn: files)
        parts.link.key.secret = try readKeyAnew(new, parts.instance, context.environment)
        context.setLogLevel(new.logLevel)
        let old = parts.settings
        if new.source != old.source || new.server != old.server || new.share != old.share
            || new.stateDirectory != old.stateDirectory || new.preserve != old.preserve
            || new.uploadBandwidth != old.uploadBandwidth || new.metricsListen != old.metricsListen
            || new.tls != old.tls
        {
            parts.logger.warning(
                """
                source, server, [tls], share, state-directory, preserve, upload-bandwidth and metrics-listen \
                change with a restart only
                """
            )
        }
        mirror.reload(Self.limits(new), brake: Self.brake(new))
        try parts.source.rules.reload(new)
        rescanAll()
    }
}

extension ClientStatus {
    /// One line for `systemctl status`.
    var line: String {
        var line =
            "\(state): \(confirmed) entries confirmed, \(pending + inFlight) pending, \(watches) directories watched"
        if problemCount > 0 { line += ", \(problemCount) problems" }
        if let brake { line += "; deletions are held: \(brake)" }
        if link != "up" { line += "; link: \(link)" }
        return line
    }
}
