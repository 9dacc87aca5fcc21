// SPDX-License-Identifier: Apache-2.0

import CLinux

/// A thread of its own for work that blocks.
package struct NamedThread: Sendable {
    /// The longest name that Linux keeps, in bytes (pthread_setname_np(3)).
    package static let longestName = 15

    private let thread: pthread_t

    /// Starts a thread that runs `body` and ends with it. `name`, of which 15 bytes are kept, shows in `ps -L` and in stack traces.
    ///
    /// That no thread can be started is beyond mending (the process's limit is reached) and ends the process.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let error = pthread_create(&thread, nil, { runStart($0) }, start.toOpaque())
        precondition(error == 0, "no thread could be started: \(String(cString: linux_error_text(error)))")
        pthread_setname_np(thread, String(decoding: name.utf8.prefix(Self.longestName), as: UTF8.self))
        self.thread = thread
    }

    /// Waits until the thread has ended. To be called once; a thread that nobody joins keeps some memory.
    package func join() {
        pthread_join(thread, nil)
    }
}

/// What a thread begins with, kept alive until it has taken it.
private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func runStart(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { preconditionFailure("a thread is started with what it runs") }
    Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
    return nil
}
