// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The one gate that every system call on a tree goes through: it turns failures into errors, repeats what a signal
/// interrupted, and is where a test makes calls fail.
struct SystemCalls: Sendable {
    /// What fails on purpose; nil in production.
    let faults: FaultPlan?

    /// Makes the call. `body` returns the call's result or its negated `errno` (see `outcome`).
    @discardableResult
    @inline(__always)
    func make(_ operation: StaticString, _ path: RelativePath?, _ body: () -> Int) throws(FileError) -> Int {
        while true {
            if let faults, let number = faults.failure(of: operation) {
                throw FileError(errno: number, operation: "\(operation)", path: path)
            }
            let result = body()
            if result >= 0 { return result }
            if result != -Int(EINTR) { throw FileError(errno: Int32(-result), operation: "\(operation)", path: path) }
        }
    }

    /// Makes a call that returns a new descriptor, and owns it.
    func open(_ path: RelativePath?, _ body: () -> Int) throws(FileError) -> Descriptor {
        Descriptor(owning: Int32(try make("open", path, body)))
    }
}

/// The result of a system call, or its negated `errno`. Wrap it directly round the call, so that nothing runs between.
@inline(__always)
func outcome(_ result: Int32) -> Int {
    result < 0 ? -Int(linux_errno()) : Int(result)
}

/// The same for calls that return a length.
@inline(__always)
func outcome(_ result: Int) -> Int {
    result < 0 ? -Int(linux_errno()) : result
}

/// Gives `body` the bytes of a name with a NUL behind them, without a heap allocation.
@inline(__always)
func withName<Result>(_ name: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
        var end = 0
        for byte in name {
            buffer[end] = CChar(bitPattern: byte)
            end += 1
        }
        buffer[end] = 0
        guard let start = buffer.baseAddress else {
            preconditionFailure("a buffer of at least one byte has an address")
        }
        return body(start)
    }
}

extension Timestamp {
    /// As utimensat(2) takes it.
    var timespec: timespec { CLinux.timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)) }
}
