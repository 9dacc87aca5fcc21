// SPDX-License-Identifier: Apache-2.0

/// What a client daemon tells of itself over its control socket: `GET /v1/status`.
package struct ClientStatus: Hashable, Sendable, Codable {
    /// The instance's name.
    package var instance = ""
    /// The source directory.
    package var source = ""
    /// The server's address.
    package var server = ""
    /// The share's name.
    package var share = ""
    /// What the engine is doing: `starting`, `waiting for the server`, `aligning`, `scanning`,
    /// `mirroring`, `idle`, `stopping`. The command line calls an instance `stopped` that is set up and does not run.
    package var state = "starting"
    /// The link to the server: `up`, or why it is down.
    package var link = ""
    /// When the link is tried again, in seconds since the epoch; nil while it stands.
    package var linkNextAttempt: Int64?
    /// Entries in the index: what the server has confirmed.
    package var confirmed: UInt64 = 0
    /// Paths that wait to be mirrored.
    package var pending: UInt64 = 0
    /// Paths that are on their way.
    package var inFlight: UInt64 = 0
    /// Bytes of the files that wait or are on their way, as far as they have been looked at: a file that an event told of
    /// counts once it is known to be large.
    package var pendingBytes: UInt64 = 0
    /// How many entries the source has, which `confirmed` is on its way to, until all of it has been mirrored for the first time
    /// since the start; nil from then on. While the source is compared, ignored entries are among them.
    package var expected: UInt64?
    /// Changes acknowledged in a second, of late.
    package var changesPerSecond: Double = 0
    /// Bytes of content sent in a second, of late.
    package var bytesPerSecond: Double = 0
    /// Changes acknowledged since the daemon started.
    package var changes: UInt64 = 0
    /// Bytes of content sent since the daemon started.
    package var bytesSent: UInt64 = 0
    /// Bytes of content that were not sent since then, because the destination could copy them from what it had.
    package var bytesSaved: UInt64 = 0
    /// Batches sent since the daemon started.
    package var batches: UInt64 = 0
    /// Directories that are watched.
    package var watches: UInt64 = 0
    /// Special files that were skipped.
    package var special: UInt64 = 0
    /// Trouble with single paths, at most `mostProblems` of them.
    package var problems: [ProblemReport] = []
    /// How many problems there are.
    package var problemCount: UInt64 = 0
    /// Deletions that are held back, and why; nil where there are none.
    package var brake: String?
    /// The instant up to which everything that was done in the source is durable at the destination, but for problems and
    /// held deletions, in seconds since the epoch; nil before that is known.
    package var fresh: Int64?
    /// When the daemon started, in seconds since the epoch.
    package var started: Int64 = 0

    /// The most problems that a status lists.
    package static let mostProblems = 100

    /// A daemon that has done nothing yet.
    package init() {}
}

/// One problem, for people and programs.
package struct ProblemReport: Hashable, Sendable, Codable {
    /// The path, printable.
    package var path: String
    /// `ProblemKind.word`.
    package var kind: String
    /// What is wrong.
    package var text: String
    /// How often it was tried.
    package var attempts: UInt64
    /// When it is tried again though nothing happens to it, in seconds since the epoch; nil where it is being tried, or only an
    /// event or a person can end it.
    package var nextAttempt: Int64?

    package init(path: String, kind: String, text: String, attempts: UInt64, nextAttempt: Int64? = nil) {
        self.path = path
        self.kind = kind
        self.text = text
        self.attempts = attempts
        self.nextAttempt = nextAttempt
    }
}

/// What a server daemon tells of itself over its control socket: `GET /v1/status`.
package struct ServerStatus: Hashable, Sendable, Codable {
    /// Where it listens.
    package var listen: String
    /// One for each share.
    package var shares: [Share]
    /// When the daemon started, in seconds since the epoch.
    package var started: Int64

    package init(listen: String, shares: [Share], started: Int64) {
        self.listen = listen
        self.shares = shares
        self.started = started
    }

    /// One share, with what it did since the daemon started.
    package struct Share: Hashable, Sendable, Codable {
        /// What it holds.
        package var description: ShareDescription
        /// Changes applied.
        package var changes: UInt64
        /// Batches committed.
        package var batches: UInt64
        /// Calls of fsync, fdatasync and syncfs on the destination.
        package var syncs: UInt64
        /// Who writes at present; nil where nobody does.
        package var writer: String?
        /// How many removed and replaced entries are kept, as far as they have been counted; nil where none are to be.
        package var keptEntries: UInt64?
        /// How many bytes their files have; nil likewise.
        package var keptBytes: UInt64?

        package init(
            description: ShareDescription, changes: UInt64, batches: UInt64, syncs: UInt64, writer: String?,
            keptEntries: UInt64? = nil, keptBytes: UInt64? = nil
        ) {
            self.description = description
            self.changes = changes
            self.batches = batches
            self.syncs = syncs
            self.writer = writer
            self.keptEntries = keptEntries
            self.keptBytes = keptBytes
        }
    }
}
