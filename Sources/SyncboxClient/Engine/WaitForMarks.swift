// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// The most that may wait at the same time.
    private static let mostWaiters = 64

    /// Waits until everything that was done in the source before the call is durable at the destination, but for problems
    /// and held deletions; at most as long as `request` says, and no longer than the engine runs. Throws `ProblemDetails`
    /// where that can't be waited for.
    func wait(_ request: WaitRequest) async throws -> WaitAnswer {
        guard waiters.count < Self.mostWaiters else {
            throw ProblemDetails.unavailable("\(Self.mostWaiters) others wait already")
        }
        let isDone = try await reach(try makeMark(), within: request.timeout)
        return WaitAnswer(isDone: isDone, status: status())
    }

    /// Makes a mark in the watch, behind everything that has happened so far.
    func makeMark() throws -> UInt64 {
        let mark: UInt64
        do throws(FileError) {
            mark = try watcher.mark()
        } catch {
            throw ProblemDetails.unavailable("the watch can't be marked: \(error)")
        }
        mirror.wait(for: mark)
        return mark
    }

    /// Waits until everything before the mark is mirrored. Whether it came to that within `limit`, while the engine ran.
    func reach(_ mark: UInt64, within limit: Duration) async throws -> Bool {
        guard !hasEnded else { return false }
        let alarm = Task {
            try? await Task.sleep(for: limit)
            giveUp(mark)
        }
        defer { alarm.cancel() }
        wakeUps.wake()
        return await withCheckedContinuation { waiters[mark] = $0 }
    }

    private func giveUp(_ mark: UInt64) {
        mirror.stopWaiting(for: mark)
        waiters.removeValue(forKey: mark)?.resume(returning: false)
    }

    /// Lets those go on whose barriers are passed.
    func resumeWaiters(at now: Clock.Instant) {
        for mark in mirror.takePassed(at: now) {
            waiters.removeValue(forKey: mark)?.resume(returning: true)
            freshness.passed(mark, at: now)
        }
    }

    /// Lets everybody go who still waits: the engine has ended.
    func endWaits() {
        hasEnded = true
        for (_, waiter) in waiters { waiter.resume(returning: false) }
        waiters = [:]
    }
}
