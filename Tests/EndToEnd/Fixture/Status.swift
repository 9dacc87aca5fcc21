// SPDX-License-Identifier: Apache-2.0

/// What the tests need of `syncbox status --json` for a client.
struct ClientStatus: Decodable {
    var state: String
    var link: String
    var confirmed: Int
    var pending: Int
    var inFlight: Int
    var changes: Int
    var batches: Int
    var bytesSent: Int
    var special: Int
    var problems: [Problem]
    var problemCount: Int
    var brake: String?
    var fresh: Int?

    struct Problem: Decodable {
        var path: String
        var kind: String
        var text: String
    }

    /// Whether nothing is left to do.
    var isIdle: Bool { state == "idle" && pending == 0 && inFlight == 0 }
}

/// The same for a server.
struct ServerStatus: Decodable {
    var shares: [Share]

    struct Share: Decodable {
        var changes: Int
        var batches: Int
        var syncs: Int
        var writer: String?
        var description: Description
    }

    struct Description: Decodable {
        var fresh: Freshness?
    }

    struct Freshness: Decodable {
        var instant: String
        var received: String
    }
}
