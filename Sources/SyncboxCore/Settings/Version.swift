// SPDX-License-Identifier: Apache-2.0

/// The version of this build.
package enum Version {
    /// Semantic versioning. `packaging/deb` reads it from the next line, and wants it at the top of
    /// `packaging/debian/changelog`.
    package static let text = "0.1.0"
}
