// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Runs `work` on a thread of its own, which nobody joins, called `name` (at most 15 bytes) in ps(1) and debuggers.
///
/// The thread takes no signals: they are for the threads that wait for them, and a connection that breaks under TLS
/// must not raise SIGPIPE, which libcurl leaves to its caller (CURLOPT_NOSIGNAL(3)). Returns why it could not start, or nil.
func startThread(named name: String, _ work: @escaping @Sendable () -> Void) -> String? {
    let argument = Unmanaged.passRetained(ThreadBody(name: name, work: work))
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, threadMain, argument.toOpaque())
    if failure == 0 {
        pthread_detach(thread)
        return nil
    }
    argument.release()
    return String(cString: strerror(failure))
}

/// What pthread_create(3) carries over in its one pointer.
private final class ThreadBody: Sendable {
    let name: String
    let work: @Sendable () -> Void

    init(name: String, work: @escaping @Sendable () -> Void) {
        self.name = name
        self.work = work
    }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    pthread_setname_np(pthread_self(), body.name)
    body.work()
    return nil
}
