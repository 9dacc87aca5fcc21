// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Whether a world tells everything that happens: `SYNCBOX_TRACE=1`, for a seed alone.
private let isTracing = environment("SYNCBOX_TRACE") != nil

/// Tells what happens in a world.
func trace(_ text: @autoclosure () -> String) {
    if isTracing { print(text()) }
}

/// The value of an environment variable; nil where it is not set.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
