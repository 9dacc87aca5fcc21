// SPDX-License-Identifier: Apache-2.0

import GRDBSQLite

/// Takes the values of a statement's parameters, in their order (sqlite3_bind_blob(3)).
package struct StatementValues {
    let handle: OpaquePointer
    private var count: CInt = 0
    /// The first thing that went wrong; `SQLITE_OK` where nothing did.
    private(set) var code = SQLITE_OK

    /// Tells SQLite to copy what it is given.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(handle: OpaquePointer) {
        self.handle = handle
    }

    /// The next parameter is a number; NULL for nil.
    package mutating func add(_ value: Int64?) {
        add { handle, index in
            value.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index)
        }
    }

    /// The next parameter is a number.
    package mutating func add(_ value: some FixedWidthInteger) {
        add(Optional(Int64(truncatingIfNeeded: value)))
    }

    /// The next parameter is a blob of these bytes, or of none; NULL for nil.
    package mutating func add(bytes: (some Sequence<UInt8>)?) {
        guard let bytes else { return add(nil) }
        let isBound: Void? = bytes.withContiguousStorageIfAvailable { add(buffer: UnsafeRawBufferPointer($0)) }
        if isBound == nil { Array(bytes).withUnsafeBytes { add(buffer: $0) } }
    }

    /// The next parameter is a blob of these bytes.
    package mutating func add(buffer: UnsafeRawBufferPointer) {
        add { handle, index in
            // Without an address SQLite takes NULL.
            guard let start = buffer.baseAddress, !buffer.isEmpty else {
                return sqlite3_bind_zeroblob(handle, index, 0)
            }
            return sqlite3_bind_blob64(handle, index, start, UInt64(buffer.count), Self.transient)
        }
    }

    private mutating func add(_ bind: (OpaquePointer, CInt) -> CInt) {
        count += 1
        let code = bind(handle, count)
        if self.code == SQLITE_OK { self.code = code }
    }
}
