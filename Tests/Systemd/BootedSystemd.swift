// SPDX-License-Identifier: Apache-2.0
import Testing

/// The Debian packages on a booted systemd, each test on one of its own. Make them by `packaging/deb`, and run as root.
/// One test after another: each wants the machine for itself.
@Suite(
    .serialized, .tellsJournal, .timeLimit(.minutes(5)),
    .enabled(if: Packages.canBeTested, "needs root, and the packages that packaging/deb makes"))
struct BootedSystemd {}
