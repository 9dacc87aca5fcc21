// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What the events that were read together amount to.
///
/// Moves and losses are told at once and in order. Everything else is kept by watch and name, and told by the path that
/// this has once all events are known, so that what was touched below a directory that then moved is told where it is.
struct WatchNews {
    /// How many pieces of news of detached directories are held before everything must be looked at instead.
    static let mostHeld = 10_000

    /// Something that happened, told by watch and name.
    fileprivate enum Piece: Equatable {
        case touched(WatchTable.Watch, [UInt8], WatchEvent.Touch)
        case gone(WatchTable.Watch, [UInt8])
        case newDirectory(WatchTable.Watch)
    }

    private var events: [WatchEvent] = []
    private var pieces: [Piece] = []

    /// Tells something about paths as they are known now.
    mutating func tell(_ event: WatchEvent) {
        events.append(event)
    }

    /// Tells that the directory, and what is below it, isn't watched.
    mutating func tell(unwatched path: RelativePath, _ error: FileError) {
        events.append(.unwatched(path, error.problemKind, error.description))
    }

    /// Tells that something happened to a name in a directory.
    mutating func touched(_ name: [UInt8], in watch: WatchTable.Watch, _ touch: WatchEvent.Touch) {
        add(.touched(watch, name, touch))
    }

    /// Tells that a directory's name is no longer in a directory.
    mutating func gone(_ name: [UInt8], in watch: WatchTable.Watch) {
        add(.gone(watch, name))
    }

    /// Tells that a directory was not watched before.
    mutating func newDirectory(_ watch: WatchTable.Watch) {
        add(.newDirectory(watch))
    }

    private mutating func add(_ piece: Piece) {
        if pieces.last != piece { pieces.append(piece) }
    }

    /// Everything that can be told by now. What happened in a detached directory is held until that has a path again or is
    /// removed. Where too much would be held, `.lostTrack` takes its place.
    mutating func take(_ table: WatchTable) -> [WatchEvent] {
        var held: [Piece] = []
        let mayHold = !table.detached.isEmpty
        for piece in pieces {
            if let event = event(of: piece, table) {
                events.append(event)
            } else if mayHold, table.contains(piece.watch) {
                held.append(piece)
            }
        }
        if held.count > Self.mostHeld {
            held = []
            events.append(.lostTrack)
        }
        pieces = held
        defer { events = [] }
        return events
    }

    private func event(of piece: Piece, _ table: WatchTable) -> WatchEvent? {
        switch piece {
        case .touched(let watch, let name, let touch) where name.isEmpty:
            table.path(of: watch).map { .touched($0, touch) }
        case .touched(let watch, let name, let touch): table.path(of: name, in: watch).map { .touched($0, touch) }
        case .gone(let watch, let name): table.path(of: name, in: watch).map { .directoryGone($0) }
        case .newDirectory(let watch): table.path(of: watch).map { .newDirectory($0) }
        }
    }

    /// What a walk through everything makes up for is dropped.
    mutating func loseTrack() {
        pieces = []
        events = [.lostTrack]
    }
}

extension WatchNews.Piece {
    fileprivate var watch: WatchTable.Watch {
        switch self {
        case .touched(let watch, _, _), .gone(let watch, _), .newDirectory(let watch): watch
        }
    }
}
