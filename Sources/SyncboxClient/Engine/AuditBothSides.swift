// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon

/// An audit of both sides: the server compares its record with the destination, and then this client its own record with the
/// server's, and with the source.
extension Engine {
    /// How often the server is asked how far it is.
    private static let pollInterval = Duration.milliseconds(500)
    /// How often in a row the server may not answer before the audit is given up.
    private static let mostFailures = 60
    /// How long comparing the client's own side may take.
    private static let longestComparison = Duration.seconds(6 * 60 * 60)

    /// Begins an audit. Throws `ProblemDetails` while one is running.
    func beginAudit(_ request: AuditRequest) throws -> AuditStatus {
        guard audit?.isRunning != true else {
            throw ProblemDetails.conflict("an audit is running; `syncbox audit` again when it has ended")
        }
        let status = AuditStatus(request)
        audit = status
        auditOrder = request
        wakeUps.wake()
        return status
    }

    /// How far the audit is, or what the last one found. Throws `ProblemDetails` where there was none.
    func auditStatus() throws -> AuditStatus {
        guard let audit else {
            throw ProblemDetails.conflict("no audit has been asked for since the client started")
        }
        return audit
    }

    /// Starts the audit that was asked for.
    func startAudit(in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard let order = auditOrder, !isStopping else { return }
        auditOrder = nil
        group.addTask { await self.runAudit(order) }
    }

    private func runAudit(_ request: AuditRequest) async {
        do {
            try await auditDestination(request)
            if audit?.destination.failure == nil { try await compareBothSides() }
        } catch {
            audit?.failure = (error as? LinkError)?.reason ?? (error as? ProblemDetails)?.detail ?? "\(error)"
        }
        audit?.isRunning = false
        tellAudit()
    }

    private func auditDestination(_ request: AuditRequest) async throws {
        audit?.destination = try await link.beginAudit(request)
        var failures = 0
        while audit?.destination.isRunning == true {
            try await Task.sleep(for: Self.pollInterval)
            do throws(LinkError) {
                audit?.destination = try await link.auditReport()
                failures = 0
            } catch {
                failures += 1
                // A server that was started anew knows nothing of the audit.
                guard error.kind == .away, failures < Self.mostFailures else { throw error }
            }
        }
    }

    private func compareBothSides() async throws {
        while mirror.isBatchInFlight || mirror.isAligning { try await Task.sleep(for: Self.pollInterval / 10) }
        try mirror.beginAudit()
        wakeUps.wake()
        let isDone = try await reach(try makeMark(), within: Self.longestComparison)
        let differences = mirror.endAudit()
        audit?.records = differences.records
        audit?.source = differences.source
        if !isDone { audit?.failure = "the client's own side was not compared to its end" }
    }

    private func tellAudit() {
        guard let audit else { return }
        let report = audit.destination
        let failure = audit.failure ?? report.failure
        parts.logger.log(
            .audited, failure == nil && audit.left == 0 ? .notice : .warning,
            """
            audited \(report.entries) entries of the destination: \(report.found) paths differed, \(report.mended) of \
            them are mended, \(report.foreign) are foreign; \(audit.records) entries of the record and \(audit.source) paths of the source were others\
            \(failure.map { "; it did not come to its end: \($0)" } ?? "")
            """)
    }
}
