// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// What is done in turn with the commits, by others than batches.
extension Share {
    /// Runs `body`, which may block, between two commits.
    func inTurn<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await order.takeTurnBetween()
        pulse.beat()
        let result = Result { () throws(Failure) in try body() }
        pulse.rest()
        await order.yieldTurn()
        return try result.get()
    }

    /// Opens a file for reading beside the commits. One that its owner may not read, or that is in such a directory, is opened
    /// up for a moment: nobody may commit meanwhile. Blocks.
    func openForReading(_ path: RelativePath) async throws(FileError) -> ReadingFile {
        do throws(FileError) {
            return try tree.root.openForReading(path)
        } catch {
            guard error.code == .permission else { throw error }
            return try await inTurn { () throws(FileError) in
                defer { try? tree.restoreModes() }
                return try tree.openForReading(path)
            }
        }
    }
}
