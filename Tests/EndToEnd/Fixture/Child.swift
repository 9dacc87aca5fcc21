// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A child process, from its start by posix_spawn(3) until a thread of its own has waited for its end.
final class Child: Sendable {
    let id: pid_t
    private let state = Mutex(State())

    private struct State {
        /// What it ended with; nil while it runs.
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    /// Starts `command`, whose output and errors go to these descriptors, in `directory` where one is given.
    init(
        _ command: [String], in directory: String? = nil, environment: [String: String], output: Int32, errors: Int32
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)

        // The tests' own process may ignore or block signals; the child shall not.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // env(1) becomes the command, so that the process is the same.
        let command = directory.map { ["/usr/bin/env", "--chdir=\($0)"] + command } ?? command
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, command[0], &actions, &attributes, arguments, variables)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL) }
        self.id = id
        Thread.detachNewThread { self.wait() }
    }

    var isRunning: Bool { state.withLock { $0.status == nil } }

    /// Sends a signal, unless it has ended.
    func signal(_ number: Int32) {
        // Under the lock, since the number may become another's once `wait` has noted the end.
        state.withLock { if $0.status == nil { kill(id, number) } }
    }

    /// Waits for its end: the exit code, or the number of the signal that ended it.
    func ended() async -> Int32 {
        await withCheckedContinuation { waiter in
            let status = state.withLock { state in
                if state.status == nil { state.waiters.append(waiter) }
                return state.status
            }
            if let status { waiter.resume(returning: status) }
        }
    }

    private func wait() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        var status: Int32 = 0
        let waiters = state.withLock { state in
            waitpid(id, &status, 0)
            let signal = status & 0x7f
            state.status = signal == 0 ? (status >> 8) & 0xff : signal
            defer { state.waiters = [] }
            return state.waiters
        }
        let ended = state.withLock { $0.status ?? 0 }
        for waiter in waiters { waiter.resume(returning: ended) }
    }
}
