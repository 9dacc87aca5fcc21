// SPDX-License-Identifier: Apache-2.0

/// How much a daemon tells its journal. The words are those of swift-log's levels, the least important first.
package enum LogLevel: String, Hashable, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
