// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import SyncboxCore
import SyncboxFiles
import Synchronization

/// The audits that were asked for and have not begun yet: at most one of each share.
final class Audits: Sendable {
    /// An audit to be run.
    struct Order: Sendable {
        let share: Share
        let request: AuditRequest
    }

    let orders: AsyncStream<Order>
    private let continuation: AsyncStream<Order>.Continuation

    init() {
        // A share has no second audit while its first one runs, so that the orders are as bounded as the shares.
        (orders, continuation) = AsyncStream.makeStream()
    }

    /// Begins an audit of `share`. nil where one is running.
    func begin(_ share: Share, _ request: AuditRequest) -> AuditReport? {
        let report = share.audit.withLock { state -> AuditReport? in
            guard state.report?.isRunning != true else { return nil }
            state = AuditState(report: AuditReport(request))
            return state.report
        }
        if report != nil { continuation.yield(Order(share: share, request: request)) }
        return report
    }
}

/// The audit of one share that runs, or the last one.
struct AuditState: Sendable {
    /// How far it is; nil where none has been asked for since the server started.
    var report: AuditReport?
    /// Whether it was asked to end.
    var isEnding = false
}

/// Runs audits until the shutdown, which ends those that are under way.
struct RunAudits: Service {
    let server: Server

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await order in server.audits.orders {
                    group.addTask {
                        await withTaskExecutorPreference(server.threads) {
                            var audit = AuditShare(order.share, order.request)
                            await audit.run()
                        }
                    }
                }
                group.cancelAll()
            }
        }
    }
}
