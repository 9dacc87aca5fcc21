// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

/// A batch on a prior state, and what becomes of it: the table that commits, repeats, faults and crashes are tried with.
struct CommitCase: CustomTestStringConvertible, Sendable {
    /// What it shows.
    var name: String
    /// Batches that were committed before.
    var prior: [Change] = []
    /// The batch.
    var batch: [Change]
    /// Every outcome where one is not `.acknowledged`, by its place in the batch.
    var failures: [Int: Outcome] = [:]
    /// Whether the destination becomes equal to the source even where the catalog is an old copy that knows nothing of the
    /// batch, without its notes. Of directories that changed places since, entries then are nobody's, and are left alone.
    var mendsOldCatalog = true
    /// Every entry afterwards, by path, in the form of `TemporaryShare.line`.
    var result: [String: Entry]

    var testDescription: String { name }

    static let all: [CommitCase] = [
        CommitCase(name: "nothing at all", batch: [], result: [:]),
        CommitCase(name: "a file", batch: [.put("x", "hello")], result: ["x": .file("hello")]),
        CommitCase(name: "an empty file", batch: [.put("x", "", mode: 0o600)], result: ["x": .file("", mode: 0o600)]),
        CommitCase(
            name: "a file replaced", prior: [.put("x", "old")], batch: [.put("x", "new", at: 5)],
            result: ["x": .file("new", at: 5)]),
        CommitCase(
            name: "a directory with its contents keeps its time",
            batch: [.mkdir("d"), .put("d/x", "1"), .link("d/l", to: "x"), .mkdir("d/e", at: 7), .put("d/e/y", "2")],
            result: [
                "d": .folder(), "d/x": .file("1"), "d/l": link("x"), "d/e": .folder(at: 7), "d/e/y": .file("2"),
            ]),
        CommitCase(
            name: "a file more in a directory of an earlier batch", prior: [.mkdir("d")], batch: [.put("d/x", "1")],
            result: ["d": .folder(), "d/x": .file("1")]),
        CommitCase(
            name: "a directory that nobody may write to", prior: [.mkdir("d", mode: 0o555), .put("d/x", "1")],
            batch: [.put("d/y", "2"), .remove("d/x")], result: ["d": .folder(mode: 0o555), "d/y": .file("2")]),
        CommitCase(
            name: "a link replaced by a file and a file by a link", prior: [.link("a", to: "b"), .put("b", "1")],
            batch: [.put("a", "2"), .link("b", to: "a")], result: ["a": .file("2"), "b": link("a")]),
        CommitCase(
            name: "a directory replaced by a file", prior: [.mkdir("d"), .put("d/x", "1"), .mkdir("d/e")],
            batch: [.put("d", "2")], result: ["d": .file("2")]),
        CommitCase(
            name: "a file replaced by a directory", prior: [.put("d", "2")], batch: [.mkdir("d"), .put("d/x", "1")],
            result: ["d": .folder(), "d/x": .file("1")]),
        CommitCase(
            name: "a file moved", prior: [.mkdir("d"), .mkdir("e", at: 9), .put("d/x", "1")],
            batch: [.move("d/x", to: "e/y", .file("1"))],
            result: ["d": .folder(), "e": .folder(at: 9), "e/y": .file("1")]),
        CommitCase(
            name: "a file moved onto another", prior: [.put("a", "1"), .put("b", "22")],
            batch: [.move("a", to: "b", .file("1"))], result: ["b": .file("1")]),
        CommitCase(
            name: "a tree moved", prior: [.mkdir("d"), .mkdir("d/e"), .put("d/e/x", "1"), .put("d/y", "2")],
            batch: [.move("d", to: "f"), .put("f/z", "3")],
            result: ["f": .folder(), "f/e": .folder(), "f/e/x": .file("1"), "f/y": .file("2"), "f/z": .file("3")]),
        CommitCase(
            name: "a file moved away, another put in its place", prior: [.put("a", "old")],
            batch: [.move("a", to: "b", .file("old")), .put("a", "new")],
            result: ["a": .file("new"), "b": .file("old")]),
        CommitCase(
            name: "a directory removed, another moved to its place",
            prior: [.mkdir("d"), .put("d/x", "1"), .mkdir("e"), .put("e/x", "2"), .put("e/y", "3")],
            batch: [.remove("d"), .move("e", to: "d")],
            result: ["d": .folder(), "d/x": .file("2"), "d/y": .file("3")]),
        CommitCase(
            name: "a directory moved onto a file", prior: [.put("a", "1"), .mkdir("d"), .put("d/x", "2")],
            batch: [.move("d", to: "a")], result: ["a": .folder(), "a/x": .file("2")]),
        CommitCase(
            name: "a directory moved onto another",
            prior: [.mkdir("a"), .put("a/old", "1"), .mkdir("d"), .put("d/x", "2")],
            batch: [.move("d", to: "a")], result: ["a": .folder(), "a/x": .file("2")]),
        CommitCase(
            name: "two files that change places", prior: [.put("a", "1"), .mkdir("d"), .put("d/b", "2")],
            batch: [.exchange("a", .file("1"), with: "d/b", .file("2"))],
            result: ["a": .file("2"), "d": .folder(), "d/b": .file("1")]),
        CommitCase(
            name: "two trees that change places, and a file in one of them",
            prior: [.mkdir("a", at: 5), .put("a/x", "1"), .mkdir("b", at: 6), .mkdir("b/c"), .put("b/c/y", "2")],
            batch: [.exchange("a", .folder(at: 5), with: "b", .folder(at: 6)), .put("a/c/z", "3")],
            mendsOldCatalog: false,
            result: [
                "a": .folder(at: 6), "a/c": .folder(), "a/c/y": .file("2"), "a/c/z": .file("3"), "b": .folder(at: 5),
                "b/x": .file("1"),
            ]),
        CommitCase(
            name: "a directory and a link that change places",
            prior: [.link("a", to: "b"), .mkdir("d"), .put("d/x", "1")],
            batch: [.exchange("a", link("b"), with: "d", .folder())],
            result: ["a": .folder(), "a/x": .file("1"), "d": link("b")]),
        CommitCase(
            name: "an exchange of something else", prior: [.put("a", "1"), .put("b", "2")],
            batch: [
                .exchange("a", .file("3"), with: "b", .file("2")), .exchange("a", .file("1"), with: "c", .file("2")),
            ],
            failures: [0: .preconditionFailed, 1: .preconditionFailed],
            result: ["a": .file("1"), "b": .file("2")]),
        CommitCase(
            name: "a tree removed", prior: [.mkdir("d"), .mkdir("d/e"), .put("d/e/x", "1"), .put("y", "2")],
            batch: [.remove("d")], result: ["y": .file("2")]),
        CommitCase(name: "nothing removed", batch: [.remove("x"), .remove("d/x")], result: [:]),
        CommitCase(
            name: "metadata", prior: [.put("x", "1"), .mkdir("d"), .link("l", to: "x")],
            batch: [
                .setMetadata("x", .file("1", mode: 0o400, at: 4)), .setMetadata("d", .folder(mode: 0o700, at: 5)),
                .setMetadata("l", link("x", at: 6)),
            ],
            result: [
                "x": .file("1", mode: 0o400, at: 4), "d": .folder(mode: 0o700, at: 5), "l": link("x", at: 6),
            ]),
        CommitCase(
            name: "metadata of another content", prior: [.put("x", "1")],
            batch: [.setMetadata("x", .file("2", at: 4)), .setMetadata("x", .folder()), .setMetadata("y", .folder())],
            failures: [0: .preconditionFailed, 1: .preconditionFailed, 2: .preconditionFailed],
            result: ["x": .file("1")]),
        CommitCase(
            name: "a move of something else", prior: [.put("x", "1"), .put("y", "2")],
            batch: [
                .move("x", to: "z", .file("2")), .move("n", to: "z", .file("1")), .move("y", to: "d/z", .file("2")),
            ],
            failures: [0: .preconditionFailed, 1: .preconditionFailed, 2: .preconditionFailed],
            result: ["x": .file("1"), "y": .file("2")]),
        CommitCase(
            name: "one that fails between others", prior: [.put("f", "1")],
            batch: [.put("a", "1"), .put("f/x", "2"), .put("none/x", "3"), .put("b", "4")],
            failures: [1: .preconditionFailed, 2: .preconditionFailed],
            result: ["f": .file("1"), "a": .file("1"), "b": .file("4")]),
        CommitCase(
            name: "Syncbox's own directory",
            batch: [.put(".syncbox/x", "1"), .mkdir(".syncbox"), .remove(".syncbox"), .put("d.syncbox", "2")],
            failures: [0: reserved, 1: reserved, 2: reserved], result: ["d.syncbox": .file("2")]),
    ]

    static func link(_ target: String, at seconds: Int64 = 3000) -> Entry {
        .symbolicLink(target: Array(target.utf8), modified: Timestamp(seconds: seconds, nanoseconds: 3))
    }

    private static let reserved = Outcome.problem(.reserved, "the name .syncbox is Syncbox's own")

    var lines: [String: String] { result.mapValues(TemporaryShare.line) }

    /// The outcome of each change.
    var outcomes: [Outcome] { batch.indices.map { failures[$0] ?? .acknowledged } }

    /// A share in the prior state.
    func share(
        durability: ServerSettings.Durability = .durable, keeps: Bool = false, inMemory: Bool = false
    ) async throws -> TemporaryShare {
        let keep = keeps ? KeepBounds(age: .seconds(3_600)) : nil
        let temporary = try TemporaryShare(durability: durability, keep: keep, inMemory: inMemory)
        if !prior.isEmpty { _ = try await temporary.outcomes(prior) }
        return temporary
    }
}
