// SPDX-License-Identifier: Apache-2.0

import GRDBSQLite

/// The row that a statement stands at, good until the next (sqlite3_column_blob(3)). Columns are counted from 0; a column that
/// does not exist is NULL.
package struct StatementRow {
    let handle: OpaquePointer

    /// Whether the column is NULL.
    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The column as a number; 0 for NULL.
    package func number(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// The column as a number; nil for NULL.
    package func optionalNumber(_ column: Int32) -> Int64? { isNull(column) ? nil : number(column) }

    /// The column's bytes; none for NULL.
    package func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }

    /// Calls `body` with the column's bytes, none for NULL, which are good until it returns.
    package func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
