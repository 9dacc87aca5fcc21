// SPDX-License-Identifier: Apache-2.0

/// How the commit of a batch ended.
package enum CommitResult: Hashable, Sendable {
    /// Each of its changes has an outcome.
    case committed
    /// It builds on another state than the share's. Nothing was done.
    case conflict
    /// Nothing of it is acknowledged, by no fault of its changes: the destination or the catalog could not be looked at, synced or
    /// written, and why. Sent again it may succeed, so that this belongs to the link and not to the paths.
    case failed(ProblemKind, String)
}
