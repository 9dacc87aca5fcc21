// SPDX-License-Identifier: Apache-2.0

/// How long to wait after the n-th failure in a row: exponential, bounded, jittered.
package struct RetryPolicy: Hashable, Sendable {
    /// The longest wait after a first failure. Default 100 ms.
    package var first: Duration
    /// The longest wait after any failure. Default 30 s.
    package var longest: Duration
    /// After how many failures in a row a path is tried rarely only. The link is tried for ever as before.
    package var attempts: Int
    /// The longest wait of a path that is tried rarely. Default 10 min.
    package var rarely: Duration

    package init(
        first: Duration = .milliseconds(100), longest: Duration = .seconds(30), attempts: Int = 10,
        rarely: Duration = .seconds(600)
    ) {
        precondition(first > .zero && first <= longest && attempts > 0 && rarely > .zero)
        self.first = first
        self.longest = longest
        self.attempts = attempts
        self.rarely = rarely
    }

    /// The wait after failure number `failures`, counted from 1. `chance`, 0 up to 1, takes away up to half of it, so
    /// that what failed together does not come back together.
    package func delay(after failures: Int, chance: Double) -> Duration {
        precondition(failures > 0 && (0..<1).contains(chance))
        var delay = first
        for _ in 0..<min(failures - 1, 64) where delay < longest { delay = min(delay * 2, longest) }
        return delay * (1 - chance / 2)
    }
}
