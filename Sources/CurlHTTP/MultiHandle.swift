// SPDX-License-Identifier: Apache-2.0

import CCurl

/// libcurl's multi handle. Everything about it belongs to the curl thread; only `wake` may be called from elsewhere.
// What protects it: curl_multi_wakeup(3) is safe on any thread, and the mailbox forgets the handle under its lock before
// the thread frees it.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// Ends the present or the next `curl_multi_poll`. Does not block.
    func wake() {
        curl_multi_wakeup(pointer)
    }
}
