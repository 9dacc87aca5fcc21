// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Synchronization

extension Server {
    /// What is measured of `shares`, as Prometheus reads it. Blocks.
    func metrics(of shares: some Sequence<Share>) -> String {
        ServerMetrics(
            shares: shares.sorted { $0.name < $1.name }.map(\.metrics), answers: answers.withLock { $0 },
            process: .current()
        ).text
    }

    /// `GET /metrics`: what a key may read that has `read`, of its own shares; from a loopback address no less, since every
    /// program of the machine could ask there.
    func metrics(for caller: Caller) throws -> Response {
        try caller.permissions(anyOf: [.read])
        return Response(metrics: metrics(of: shares.values.filter { caller.key.shares.contains($0.name) }))
    }

    /// Counts an answer.
    func count(_ status: HTTPResponse.Status) {
        answers.withLock { $0[status.code, default: 0] += 1 }
    }
}

extension Share {
    /// What is measured of the share. Blocks.
    fileprivate var metrics: ServerMetrics.Share {
        ServerMetrics.Share(
            status: status, meter: meter.withLock { $0 }, uploads: uploads.count, room: try? tree.root.room())
    }
}
