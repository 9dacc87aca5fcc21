// SPDX-License-Identifier: Apache-2.0

/// Paths of which it can't be told what is there: a look, a list or a watch failed. No event may ever tell that they can be seen
/// again, and nobody knows how much is below them: so each is tried again, for as long as it takes.
struct UnseenPaths: Sendable {
    /// The most that are remembered. Where there are more, the root stands for the rest.
    private static let most = 10_000

    /// How often a path could not be seen.
    private struct State {
        var failures = 0
        /// When it is tried again; nil while that is under way.
        var due: ContinuousClock.Instant?
    }

    private var states: [RelativePath: State] = [:]

    /// When the next is tried again; nil where none is.
    var nextDue: ContinuousClock.Instant? {
        states.isEmpty ? nil : states.values.compactMap(\.due).min()
    }

    /// When `path` is tried again; nil where it is not one, or being tried.
    func nextAttempt(of path: RelativePath) -> ContinuousClock.Instant? { states[path]?.due }

    /// `path` could not be seen once more. `delay` gives how long it waits after so many failures in a row.
    mutating func failed(_ path: RelativePath, at now: ContinuousClock.Instant, delay: (Int) -> Duration) {
        let path = states.count < Self.most || states[path] != nil ? path : .root
        var state = states[path] ?? State()
        // What fails in several ways at once has failed once.
        guard state.due == nil else { return }
        state.failures += 1
        state.due = now.advanced(by: delay(state.failures))
        states[path] = state
    }

    /// What is at `path` was seen, or nothing is there.
    mutating func remove(_ path: RelativePath) {
        if !states.isEmpty { states[path] = nil }
    }

    /// The directory `from` has become `to`.
    mutating func moved(from: RelativePath, to: RelativePath) {
        guard !states.isEmpty else { return }
        for (path, state) in states {
            guard let new = path.moved(from: from, to: to) else { continue }
            states[path] = nil
            states[new] = state
        }
    }

    /// The paths to try now, in order. Each waits for `failed` or `remove`.
    mutating func takeDue(at now: ContinuousClock.Instant) -> [RelativePath] {
        guard !states.isEmpty else { return [] }
        let due = states.filter { $0.value.due.map { $0 <= now } ?? false }.keys.sorted()
        for path in due { states[path]?.due = nil }
        return due
    }
}

extension Mirror {
    /// Records that nobody can tell what is at `path`, which is then tried again at growing intervals. A watch that the system
    /// has none left for takes longer: each try goes through all that is below.
    mutating func failed(_ path: RelativePath, _ kind: ProblemKind, _ text: String, at now: Instant) {
        note(path, kind, text, attempts: 1)
        tryLater(path, kind, at: now)
    }

    /// Tries to see what is at `path` again, later.
    mutating func tryLater(_ path: RelativePath, _ kind: ProblemKind, at now: Instant) {
        let (retry, chance) = (queue.limits.retry, chance())
        unseen.failed(path, at: now) { failures in
            max(retry.delay(after: failures, chance: chance), kind == .unwatched ? Self.sweepInterval : .zero)
        }
    }

    /// Tries again what could not be seen and is due.
    mutating func retryUnseen(at now: Instant) {
        for path in unseen.takeDue(at: now) {
            if path.name.elementsEqual(IgnoreRules.fileName.utf8), let directory = path.parent {
                if readRules(in: directory, at: now) { beginScan(at: directory) }
            } else {
                retry(path, at: now)
            }
        }
    }

    private mutating func retry(_ path: RelativePath, at now: Instant) {
        let observation: Observation
        do throws(FileError) {
            observation = try source.look(at: path)
        } catch {
            return failed(path, error, at: now)
        }
        if case .present(let observed) = observation, observed.entry.kind == .directory {
            // Where it is watched again, its comparison follows.
            if problems.hasUnwatched(in: path) { tell(.watch(path)) } else { beginScan(at: path) }
        } else {
            unseen.remove(path)
            problems.clear(unwatchedIn: path)
            if !queue.contains(path) { problems.clear(path) }
            // A scan of its directory finds what it is by now, or that it is gone.
            beginScan(at: path.parent ?? .root)
        }
    }
}
