// SPDX-License-Identifier: Apache-2.0

/// How many changes there were of which kind, and what became of them. Counting allocates nothing.
package struct ChangeTally: Hashable, Sendable {
    /// The kinds of changes, as the label `kind` has them.
    private static let kinds = ["put", "directory", "link", "move", "exchange", "hard_link", "remove", "metadata"]
    /// What becomes of a change, as the label `outcome` has it.
    private static let outcomes = ["acknowledged", "incomplete", "precondition_failed", "problem"]

    private var counts = [UInt64](repeating: 0, count: kinds.count * outcomes.count)

    /// Nothing was counted.
    package init() {}

    /// Counts one change.
    package mutating func count(_ change: Change, _ outcome: Outcome) {
        counts[Self.place(of: change) * Self.outcomes.count + Self.place(of: outcome)] += 1
    }

    /// Every kind with every outcome and how many there were, with `labels` before its own.
    package func samples(_ labels: [MetricsText.Label]) -> [MetricsText.Sample] {
        counts.enumerated().map { index, count in
            let (kind, outcome) = index.quotientAndRemainder(dividingBy: Self.outcomes.count)
            let own = [("kind", Self.kinds[kind]), ("outcome", Self.outcomes[outcome])]
            return (labels + own.map { (name: $0, value: $1) }, MetricValue(count))
        }
    }

    private static func place(of change: Change) -> Int {
        switch change {
        case .put: 0
        case .makeDirectory: 1
        case .link: 2
        case .move: 3
        case .exchange: 4
        case .hardLink: 5
        case .remove: 6
        case .setMetadata: 7
        }
    }

    private static func place(of outcome: Outcome) -> Int {
        switch outcome {
        case .acknowledged: 0
        case .incomplete: 1
        case .preconditionFailed: 2
        case .problem: 3
        }
    }
}
