// SPDX-License-Identifier: Apache-2.0

import Testing

/// The real daemons between two real directories. One test after another: each wants the machine for itself.
@Suite(.serialized, .tellsLogs, .timeLimit(.minutes(5))) struct Mirroring {}
