// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite

/// One statement of a database that is prepared once, and from then on bound, stepped and read by SQLite's own calls
/// (https://sqlite.org/cintro.html).
///
/// For what is asked for every entry. GRDB makes an object of each row and of each value, and finds statements by their text; to
/// find a row by its key takes SQLite itself a tenth of that. Every call blocks, and is made where the database may be used
/// (`DatabaseQueue.unsafeRead`, `write`). Must not outlive its connection.
package final class PreparedStatement {
    private let statement: Statement

    /// Prepares `sql`, one statement. Throws GRDB's `DatabaseError`.
    package init(_ database: Database, _ sql: String) throws {
        statement = try database.makeStatement(sql: sql)
    }

    /// Runs the statement for what it changes. `bind` gives the values of its parameters in their order.
    package func run(_ bind: (inout StatementValues) -> Void) throws {
        try stepping(bind) { while try step() {} }
    }

    /// What `read` makes of the first row; nil where there is none.
    package func first<Value>(
        _ bind: (inout StatementValues) -> Void, _ read: (StatementRow) throws -> Value
    ) throws -> Value? {
        try stepping(bind) { try step() ? read(row) : nil }
    }

    /// What `read` makes of each row, in their order.
    package func all<Value>(
        _ bind: (inout StatementValues) -> Void, _ read: (StatementRow) throws -> Value
    ) throws -> [Value] {
        try stepping(bind) {
            var found: [Value] = []
            while try step() { found.append(try read(row)) }
            return found
        }
    }

    private var row: StatementRow { StatementRow(handle: statement.sqliteStatement) }

    private func stepping<Value>(
        _ bind: (inout StatementValues) -> Void, _ body: () throws -> Value
    ) throws -> Value {
        let handle = statement.sqliteStatement
        // A statement that is not reset keeps its transaction open.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        var values = StatementValues(handle: handle)
        bind(&values)
        guard values.code == SQLITE_OK else { throw error(values.code) }
        return try body()
    }

    /// Whether there is a row more.
    private func step() throws -> Bool {
        switch sqlite3_step(statement.sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    private func error(_ code: CInt) -> DatabaseError {
        let connection = sqlite3_db_handle(statement.sqliteStatement)
        return DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)),
            sql: statement.sql)
    }
}
