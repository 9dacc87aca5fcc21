// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Makes system calls on a tree fail, so that every place where one can fail is tried.
///
/// The calls are numbered from 1 in the order in which they are made. A plan that fails nothing counts and names them.
package final class FaultPlan: Sendable {
    /// How the calls fail.
    package enum Fault: Sendable {
        /// The call of this number fails with this `errno`, all others are made.
        case once(Int, errno: Int32)
        /// From this number on no call is made any more, as after a kill: all fail with this `errno`.
        case onward(Int, errno: Int32)
        /// Before the call of this number something else happens, as if by another process. Every call is made.
        case meanwhile(Int, @Sendable () -> Void)
    }

    /// How many calls were made, and which are to fail.
    private struct State {
        var fault: Fault?
        var operations: [String] = []
    }

    private let state: Mutex<State>

    /// Fails what `fault` says, or nothing.
    package init(_ fault: Fault? = nil) {
        state = Mutex(State(fault: fault))
    }

    /// The operations so far, in order, by the names that `FileError.operation` has.
    package var operations: [String] {
        state.withLock { $0.operations }
    }

    /// Begins to count anew, and fails what `fault` says.
    package func restart(_ fault: Fault? = nil) {
        state.withLock { $0 = State(fault: fault) }
    }

    /// Counts one call. Returns the `errno` it fails with, or nil when it is to be made.
    func failure(of operation: StaticString) -> Int32? {
        let (number, fault) = state.withLock { state in
            state.operations.append("\(operation)")
            return (state.operations.count, state.fault)
        }
        switch fault {
        case .once(number, let errno): return errno
        case .onward(let first, let errno) where number >= first: return errno
        case .meanwhile(number, let act): act()
        default: break
        }
        return nil
    }
}
