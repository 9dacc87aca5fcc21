// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SyncboxCore

/// Runs `body` on a new thread called `name` (at most 15 bytes, see pthread_setname_np(3)), which ends with it. Nobody
/// waits for its end. Throws when the system refuses another thread.
func startThread(named name: String, body: @escaping @Sendable () -> Void) throws(FatalError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let work = Unmanaged.passRetained(ThreadWork(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(&thread, &attributes, runThreadWork, work.toOpaque())
    guard code == 0 else {
        work.release()
        throw FatalError(
            .operatingSystem, "cannot start the thread \(name): \(String(cString: strerror(code)))",
            remedy: "raise the limit of tasks (TasksMax= in the unit, ulimit -u)")
    }
}

/// Blocks this thread for `duration`; less when a signal comes in.
func sleepThread(for duration: Duration) {
    let parts = duration.components
    var rest = timespec(tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
    nanosleep(&rest, nil)
}

/// What a thread is given to run.
private final class ThreadWork: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// The new thread's first function, as pthread_create(3) wants it: takes over the `ThreadWork` at `pointer`.
private func runThreadWork(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let pointer else { return nil }
    let work = Unmanaged<ThreadWork>.fromOpaque(pointer).takeRetainedValue()
    pthread_setname_np(pthread_self(), work.name)
    work.body()
    return nil
}
