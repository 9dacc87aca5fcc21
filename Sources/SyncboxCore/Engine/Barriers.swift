// SPDX-License-Identifier: Apache-2.0

/// What must have been mirrored before somebody who waits may go on: everything that happened before a mark was made.
///
///     mark made ─► mark read: all events before it are taken ─► scans begun till then have ended ─► what was touched till then
///                                                                                                   is mirrored
struct Barriers: Sendable {
    /// How far one barrier is.
    private enum Phase {
        /// Events from before the mark may not have been taken.
        case marked
        /// All of them were taken, or stand for a scan that has begun.
        case read
        /// Scans that began up to this one have to end.
        case scanning(upTo: UInt64)
        /// What was touched up to this instant has to be mirrored.
        case mirroring(upTo: ContinuousClock.Instant)
    }

    private var phases: [UInt64: Phase] = [:]

    /// Whether nobody waits.
    var isEmpty: Bool { phases.isEmpty }

    /// Adds a barrier for a mark.
    mutating func add(_ mark: UInt64) {
        phases[mark] = .marked
    }

    /// Drops a barrier.
    mutating func remove(_ mark: UInt64) {
        phases[mark] = nil
    }

    /// The marks up to this one were read.
    mutating func reached(_ mark: UInt64) {
        for (number, phase) in phases where number <= mark {
            if case .marked = phase { phases[number] = .read }
        }
    }

    /// The record is to be aligned: what it says is not what the server has, so that a scan has to follow.
    mutating func restart() {
        for (number, phase) in phases {
            if case .marked = phase { continue }
            phases[number] = .read
        }
    }

    /// Goes on as far as it can, and takes the barriers that are passed.
    ///
    /// - `scans`: how many scans have begun. `hasScanned`: whether those up to a number have ended, with what they found
    ///   decided. `isMirrored`: whether what was touched up to an instant is.
    mutating func takePassed(
        scans: UInt64, at now: ContinuousClock.Instant, hasScanned: (UInt64) -> Bool,
        isMirrored: (ContinuousClock.Instant) -> Bool
    ) -> [UInt64] {
        var passed: [UInt64] = []
        for (number, phase) in phases.sorted(by: { $0.key < $1.key }) {
            var phase = phase
            if case .read = phase { phase = .scanning(upTo: scans) }
            if case .scanning(let scan) = phase, hasScanned(scan) { phase = .mirroring(upTo: now) }
            phases[number] = phase
            guard case .mirroring(let instant) = phase, isMirrored(instant) else { continue }
            phases[number] = nil
            passed.append(number)
        }
        return passed
    }
}

extension Mirror {
    /// Adds a barrier for a mark that was made in the watch: `takePassed` gives it back when everything that happened before
    /// it is mirrored, but for problems and held deletions.
    package mutating func wait(for mark: UInt64) {
        barriers.add(mark)
        absences.marked(mark)
        compared.marked(mark)
    }

    /// Nobody waits for the mark any more.
    package mutating func stopWaiting(for mark: UInt64) {
        barriers.remove(mark)
    }

    /// The marks before which everything is mirrored by now.
    package mutating func takePassed(at now: Instant) -> [UInt64] {
        guard !barriers.isEmpty else { return [] }
        guard isWatching, state != nil, !isAligning else {
            barriers.restart()
            return []
        }
        return barriers.takePassed(scans: rescan.begun, at: now) { [rescan, brake] scan in
            rescan.hasEnded(upTo: scan) && !brake.isDeciding
        } isMirrored: { [queue] instant in
            queue.isDone(upTo: instant)
        }
    }
}
