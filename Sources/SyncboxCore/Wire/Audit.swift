// SPDX-License-Identifier: Apache-2.0

/// What an audit shall do, as JSON: to a server for a share, and to a client for both sides.
package struct AuditRequest: Hashable, Sendable, Codable {
    /// How fast an audit reads where nothing else is asked for, in bytes a second: 20 MiB.
    package static let usualRate: UInt64 = 20 << 20
    /// The rates that can be asked for, in bytes a second: 64 KiB to 1 TiB.
    package static let rateRange: ClosedRange<UInt64> = (64 << 10)...(1 << 40)
    /// What one look counts as against the rate, in bytes.
    package static let costOfLook: UInt64 = 4 << 10

    /// Whether every content is read and its digest compared; otherwise only those whose look raises doubt.
    package var content: Bool
    /// Whether what differs is mended.
    package var repair: Bool
    /// The most that is read, in bytes a second; a look counts as `costOfLook`.
    package var rate: UInt64

    package init(content: Bool = false, repair: Bool = false, rate: UInt64 = usualRate) {
        self.content = content
        self.repair = repair
        self.rate = rate
    }

    /// What is left out is what `init()` has.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        content = try container.decodeIfPresent(Bool.self, forKey: .content) ?? false
        repair = try container.decodeIfPresent(Bool.self, forKey: .repair) ?? false
        rate = try container.decodeIfPresent(UInt64.self, forKey: .rate) ?? Self.usualRate
    }
}

/// How a path of the destination differs from what is recorded.
package struct Drift: Hashable, Sendable, Codable {
    /// In what it differs.
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing is there.
        case missing
        /// Its content, target, mode, modification time, owner or attributes are others, the last two where they are mirrored;
        /// or it is a file of its own that should be one with others under several names.
        case changed
        /// It is of another kind: a directory where a file should be.
        case kind
        /// Something is there that Syncbox did not put there. It is told, never touched, and no drift: the destination has all
        /// that it should have.
        case foreign
        /// It can't be looked at or read.
        case unread
    }

    /// The path, printable.
    package var path: String
    /// In what it differs.
    package var kind: Kind

    package init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

/// How far an audit of a destination is, and what it has found, as JSON.
package struct AuditReport: Hashable, Sendable, Codable {
    /// The most paths that a report lists; more are only counted. What is foreign takes no more than half of the room.
    package static let mostListed = 1000

    /// What it was asked to do.
    package var request: AuditRequest
    /// Whether it still goes on.
    package var isRunning = true
    /// Why it ended before it had looked at everything; nil where it did not.
    package var failure: String?
    /// Recorded entries that were looked at.
    package var entries: UInt64 = 0
    /// Bytes of contents that were read.
    package var bytes: UInt64 = 0
    /// How many paths there are of each `Drift.Kind`.
    package var counts: [String: UInt64] = [:]
    /// The first of them, at most `mostListed`.
    package var drift: [Drift] = []
    /// How many of them are mended, or will be sent again.
    package var mended: UInt64 = 0

    /// An audit that has just begun.
    package init(_ request: AuditRequest) {
        self.request = request
    }

    /// How many paths differ from what is recorded. What is foreign is not among them.
    package var found: UInt64 { counts.values.reduce(0, +) - foreign }

    /// How many entries Syncbox did not put there; what is below one of them is not counted.
    package var foreign: UInt64 { counts[Drift.Kind.foreign.rawValue] ?? 0 }

    /// Counts, and lists if there is room, one path that differs.
    package mutating func add(_ path: RelativePath, _ kind: Drift.Kind) {
        counts[kind.rawValue, default: 0] += 1
        let room = kind == .foreign ? Self.mostListed / 2 : Self.mostListed
        if drift.count < room { drift.append(Drift(path: path.description, kind: kind)) }
    }
}

/// How far an audit of both sides is, as a client tells it.
package struct AuditStatus: Hashable, Sendable, Codable {
    /// Whether it still goes on.
    package var isRunning = true
    /// Why it ended early; nil where it did not.
    package var failure: String?
    /// What the server has found at the destination.
    package var destination: AuditReport
    /// How many entries the client's record and the server's differed in.
    package var records: UInt64 = 0
    /// How many paths of the source differed from what is confirmed, beside those that had just changed. They are sent.
    package var source: UInt64 = 0

    /// An audit that has just begun.
    package init(_ request: AuditRequest) {
        destination = AuditReport(request)
    }

    /// How many differences were found and not mended. What is foreign is none.
    package var left: UInt64 { destination.found - min(destination.found, destination.mended) }
}
