// SPDX-License-Identifier: Apache-2.0

/// What a server answered, whatever its status.
package struct HTTPResponse: Sendable {
    /// The status code, 200 to 599.
    package let status: Int
    /// The header fields in the order in which they came, without surrounding blanks; bytes that are not UTF-8 are replaced.
    package let headers: [(name: String, value: String)]
    /// The body, at most the request's `mostResponseBytes` long.
    package let body: [UInt8]

    /// Whether the status is 2xx.
    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The value of the first field called `name`, in any case; nil where there is none.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
