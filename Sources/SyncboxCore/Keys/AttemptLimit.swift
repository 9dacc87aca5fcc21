// SPDX-License-Identifier: Apache-2.0

/// How often those at one address may fail to prove themselves: a pure value, which is told the time.
///
///     failures within a window      a further failure        a valid key
///     up to `mostFailures`          refused                  taken
///     more                          told to wait             taken
///     as many different guesses     told to wait             told to wait, unless many share the address
///
/// A client with a wrong key tries the same again and again, and locks nobody out; who guesses does not go on guessing.
package struct AttemptLimit<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// How long failures are counted, from the first one on.
    package static var window: Duration { .seconds(60) }
    /// The most failures within a window that are refused like the first one.
    package static var mostFailures: Int { 20 }
    /// The most addresses that are kept in mind; beyond it those whose windows are over are forgotten, and then all.
    package static var mostAddresses: Int { 1_000 }

    /// The failures of one address since the first of them.
    private struct Window {
        var begun: Instant
        var failures = 0
        /// Different secrets, by any hash of theirs; at most `mostFailures`.
        var guesses: Set<Int> = []
    }

    private var windows: [String: Window] = [:]

    package init() {}

    /// Somebody at `address` failed, with a secret of this hash, or with none. Returns how long to wait where that is once too
    /// often.
    package mutating func fail(_ address: String, guess: Int?, at now: Instant) -> Duration? {
        if windows[address] == nil { makeRoom(at: now) }
        var window = windows[address] ?? Window(begun: now)
        if window.begun.duration(to: now) >= Self.window { window = Window(begun: now) }
        window.failures = min(window.failures + 1, Self.mostFailures + 1)
        if let guess, window.guesses.count < Self.mostFailures { window.guesses.insert(guess) }
        windows[address] = window
        return window.failures > Self.mostFailures ? rest(of: window, at: now) : nil
    }

    /// How long even a valid key from `address` has to wait; nil where it need not.
    package func wait(_ address: String, at now: Instant) -> Duration? {
        guard let window = windows[address], window.guesses.count >= Self.mostFailures else { return nil }
        return rest(of: window, at: now)
    }

    private func rest(of window: Window, at now: Instant) -> Duration? {
        let rest = Self.window - window.begun.duration(to: now)
        return rest > .zero ? rest : nil
    }

    private mutating func makeRoom(at now: Instant) {
        guard windows.count >= Self.mostAddresses else { return }
        windows = windows.filter { $0.value.begun.duration(to: now) < Self.window }
        if windows.count >= Self.mostAddresses { windows = [:] }
    }
}
