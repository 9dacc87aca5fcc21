// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

@testable import SyncboxServer

@Suite("An audit of a share") struct AuditTests {
    private let temporary: TemporaryShare

    init() async throws {
        temporary = try TemporaryShare(inMemory: true)
        let outcomes = try await temporary.outcomes([
            .mkdir("d"), .put("d/x", "hello"), .put("y", "world"), .mkdir("d/e"), .put("d/e/z", "deep"),
            .link("l", to: "y"), .setMetadata(.root, .folder(at: 5000)),
        ])
        #expect(outcomes.allSatisfy { $0 == .acknowledged })
    }

    private func audit(
        _ request: AuditRequest = AuditRequest(rate: 1 << 30), of other: TemporaryShare? = nil
    ) async throws -> AuditReport {
        let share = (other ?? temporary).share
        _ = try #require(Audits().begin(share, request))
        var audit = AuditShare(share, request)
        await audit.run()
        return try #require(share.audit.withLock { $0.report })
    }

    /// `missing d/x, foreign z`: what was found, in the order of paths.
    private func text(_ report: AuditReport) -> String {
        report.drift.sorted { $0.path < $1.path }.map { "\($0.kind) \($0.path)" }.joined(separator: ", ")
    }

    /// Runs a script at the destination. No thread of the pool is held meanwhile, where other tests run.
    private func shell(_ script: String, in other: TemporaryShare? = nil) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = (other ?? temporary).destination
        try await withCheckedThrowingContinuation { (exit: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in exit.resume() }
            do { try process.run() } catch { exit.resume(throwing: error) }
        }
        #expect(process.terminationStatus == 0)
    }

    /// What somebody does at the destination, and what of it a look finds, and the contents besides.
    static let cases: [(script: String, looks: String, contents: String)] = [
        ("true", "", ""),
        ("rm y", "missing y", ""),
        ("rm d/x; touch -d @2000.000000002 d", "missing d/x", ""),
        ("rm -r d", "missing d, missing d/e, missing d/e/z, missing d/x", ""),
        ("echo edited > y", "changed y", ""),
        ("chmod 600 y", "changed y", ""),
        ("touch y", "changed y", ""),
        // As long as before, and with its time set back: its change time raises the doubt.
        ("printf WORLD > y; touch -d @1000.000000001 y", "changed y", ""),
        ("cp -p y y2; mv y2 y", "", ""),
        ("chmod 600 y; chmod 644 y", "", ""),
        ("ln -sfn x l", "changed l", ""),
        ("rm y; ln -s x y", "kind y", ""),
        ("rm y; mkdir y", "kind y", ""),
        ("rm y; mkfifo y", "kind y", ""),
        ("rm -r d; echo x > d", "kind d, missing d/e, missing d/e/z, missing d/x", ""),
        ("chmod 700 d", "changed d", ""),
        ("echo x > d/new; touch -d @2000.000000002 d", "foreign d/new", ""),
        ("mkdir -p new/deep; echo x > new/deep/x", "foreign new", ""),
        ("touch -d @7 .", "changed .", ""),
        ("chmod 700 .", "", ""),
        ("echo x > .syncbox/other", "", ""),
    ]

    @Test("It finds what somebody else did", arguments: cases.indices)
    func finds(_ index: Int) async throws {
        let (script, looks, contents) = Self.cases[index]
        // The root's own time changes with every name in it.
        try await shell(script + (looks.hasSuffix(" .") ? "" : "; touch -d @5000.000000002 ."))
        let state = temporary.share.catalog.summary.state
        let report = try await audit()
        // What a missing directory held is missing with it.
        #expect(Self.topmost(text(report)) == Self.topmost(looks), "\(script)")
        #expect(!report.isRunning && report.failure == nil && report.mended == 0)
        let thorough = try await audit(AuditRequest(content: true, rate: 1 << 30))
        #expect(Self.topmost(text(thorough)) == Self.topmost(contents.isEmpty ? looks : contents), "\(script)")
        #expect(temporary.share.catalog.summary.state == state)
    }

    /// Without what lies below a missing directory, which one look alone tells.
    private static func topmost(_ text: String) -> String {
        text.split(separator: ", ").filter { !$0.contains(" d/") || $0.contains("new") }.joined(separator: ", ")
    }

    @Test("What it mends the client sends again: the catalog no longer vouches for it, and is on another state")
    func repairs() async throws {
        try await shell("rm d/x; echo edited > y; rm l; mkdir l; echo f > foreign; chmod 700 d; rm -r d/e; ln -s x d/e")
        let state = temporary.share.catalog.summary.state
        let report = try await audit(AuditRequest(repair: true, rate: 1 << 30))
        #expect(report.counts["foreign"] == 1)
        #expect(report.mended == report.found && report.foreign == 1)
        #expect(temporary.share.catalog.summary.state == state.next)
        let lines = try temporary.catalogLines()
        #expect(lines["d/x"] == nil && lines["d/e/z"] == nil)
        #expect(lines["d/e"]?.hasPrefix("link") == true)
        #expect(lines["y"]?.hasSuffix(" -") == true)
        #expect(lines["l"]?.hasPrefix("directory") == true)
        let disk = try temporary.diskLines()
        #expect(disk["d"]?.hasPrefix("directory 755") == true)
        #expect(disk["foreign"] != nil)

        // What a client then sends, as it compares its source with the catalog.
        let outcomes = try await temporary.outcomes([
            .put("d/x", "hello"), .put("y", "world"), .link("l", to: "y"), .mkdir("d/e"), .put("d/e/z", "deep"),
            .setMetadata("d", .folder()), .setMetadata(.root, .folder(at: 5000)),
        ])
        #expect(outcomes.allSatisfy { $0 == .acknowledged }, "\(outcomes)")
        try await shell("rm foreign; touch -d @5000.000000002 .")
        let after = text(try await audit(AuditRequest(content: true, rate: 1 << 30)))
        #expect(after == "")
    }

    /// What somebody does to what is preserved by option, and what is found of it.
    static let preservedCases: [(script: String, found: String)] = [
        ("true", ""),
        ("chown 12345 owned", "changed owned"),
        ("chgrp 12345 d/owned", "changed d/owned"),
        ("chown -h 12345 link", "changed link"),
        ("setfattr -n user.a -v 2 attributed", "changed attributed"),
        ("setfattr -x user.a d", "changed d"),
        ("setfattr -n user.b -v 1 d", "changed d"),
        ("setfattr -n user.a -v 2 d; setfattr -n user.a -v 1 d", ""),
        // Nobody asked for these.
        ("chown 12345 plain attributed; setfattr -n user.a -v 1 plain owned", ""),
        ("cp -p n1 t; mv t n1", "changed n1"),
        ("cp -p n2 t; mv t n2", "changed n2"),
        ("rm n3; touch n3", "changed n3"),
        ("ln n1 t; rm t", ""),
        // Another file than the one that was put there, and one under all names all the same.
        ("cp -p n1 t; ln -f t n1; ln -f t n2; ln -f t n3; rm t", ""),
        ("cp -p plain t; mv t plain", ""),
    ]

    @Test(
        "It finds other owners and attributes where they are mirrored, and names that are no longer one file",
        .enabled(if: getuid() == 0), arguments: preservedCases.indices)
    func findsPreserved(_ index: Int) async throws {
        let share = try TemporaryShare()
        let own = Owner(user: geteuid(), group: getegid())
        let attribute = Attributes.Attribute(name: Array("user.a".utf8), value: [49])
        func owned(_ change: Change) -> Change {
            change.mapEntry { entry in
                var entry = entry
                entry.owner = own
                return entry
            }
        }
        func attributed(_ change: Change) -> Change {
            change.mapEntry { entry in
                var entry = entry
                entry.attributes = Attributes([attribute])
                return entry
            }
        }
        let outcomes = try await share.outcomes([
            attributed(.mkdir("d")), owned(.put("d/owned", "1")), owned(.put("owned", "2")),
            owned(.link("link", to: "owned")), attributed(.put("attributed", "3")), .put("plain", "4"),
            .put("n1", "5"), .hardLink("n2", to: "n1", expected: .file("5")),
            .hardLink("n3", to: "n1", expected: .file("5")), .setMetadata(.root, .folder(at: 5000)),
        ])
        #expect(outcomes.allSatisfy { $0 == .acknowledged })
        let (script, found) = Self.preservedCases[index]
        try await shell(script + "; touch -d @5000.000000002 .", in: share)
        #expect(text(try await audit(of: share)) == found, "\(script)")
        let mended = try await audit(AuditRequest(repair: true, rate: 1 << 30), of: share)
        #expect(text(mended) == found && mended.mended == mended.found)
        // A directory is mended at once, and everything else is the client's to send.
        let vouched = try share.catalog(vouchesFor: ["d/owned", "owned", "link", "attributed", "n1", "n2", "n3"])
        let given = found.hasSuffix(" d") || found.isEmpty ? [] : [found.dropFirst("changed ".count)]
        #expect(vouched.filter { !$0.value }.keys.map { "\($0)" } == given.map(String.init))
        #expect(text(try await audit(of: share)).hasSuffix(" d") == false)
    }

    @Test("What can't be mended is left, told, and keeps nothing else from being mended", .enabled(if: getuid() == 0))
    func cannotMend() async throws {
        let request = AuditRequest(repair: true, rate: 1 << 30)
        var shares: [TemporaryShare] = []
        for _ in 0..<2 {
            let share = try TemporaryShare()
            _ = try await share.outcomes([
                .mkdir("a"), .mkdir("b"), .put("f", "1"), .setMetadata(.root, .folder(at: 5000)),
            ])
            try await shell("chmod 700 a b; rm f; touch -d @5000.000000002 .", in: share)
            share.faults.restart()
            shares.append(share)
        }
        // Where the first call is that mends, the one share tells of the other.
        _ = try await audit(request, of: shares[0])
        let call = try #require(shares[0].faults.operations.firstIndex(of: "chmod"))
        let share = shares[1]
        share.faults.restart(.once(call + 1, errno: EPERM))
        let report = try await audit(request, of: share)
        #expect(report.failure == nil && report.found == 3 && report.mended == 2)
        #expect(text(try await audit(request, of: share)).hasPrefix("changed "))
    }

    @Test("A content that rotted where it lies is found by reading alone, and mended")
    func rot() async throws {
        // What was recorded is another content than what the disk has: as after a flipped bit.
        let row = try #require(try temporary.share.catalog.row(at: "y"))
        try temporary.share.catalog.transaction { catalog in
            try catalog.record(.file("WORLD"), at: "y", imprint: row.imprint)
        }
        #expect(text(try await audit()) == "")
        let report = try await audit(AuditRequest(content: true, repair: true, rate: 1 << 30))
        #expect(text(report) == "changed y" && report.mended == 1)
        #expect(report.bytes == 14 && report.entries == 6)
        #expect(try temporary.share.catalog.row(at: "y")?.entry.digest == nil)
    }

    @Test("It keeps to its rate")
    func rate() async throws {
        let bytes = String(repeating: "x", count: 200_000)
        _ = try await temporary.outcomes([.put("big", bytes), .setMetadata(.root, .folder(at: 5000))])
        let started = ContinuousClock.now
        _ = try await audit(AuditRequest(content: true, rate: 500_000))
        #expect(started.duration(to: .now) > .milliseconds(300))
    }

    @Test("Commits go on while it reads, and what they change is no drift")
    func commits() async throws {
        for number in 0..<300 { _ = try await temporary.outcomes([.put(try RelativePath("f\(number)"), "\(number)")]) }
        _ = try #require(Audits().begin(temporary.share, AuditRequest(content: true, rate: 1_000_000)))
        let running = Task { [share = temporary.share] in
            var audit = AuditShare(share, AuditRequest(content: true, rate: 1_000_000))
            await audit.run()
        }
        var batches = 0
        while temporary.share.audit.withLock({ $0.report?.isRunning == true }) {
            let path = try RelativePath("f\(batches % 300)")
            #expect(try await temporary.outcomes([.put(path, "again \(batches)"), .remove("gone")]) != [])
            batches += 1
            // A task that never waits keeps its thread of the pool to itself.
            try await Task.sleep(for: .milliseconds(1))
        }
        await running.value
        let report = try #require(temporary.share.audit.withLock { $0.report })
        #expect(batches > 10)
        // The root's time is set by no client here, and changes with every name.
        #expect(report.drift.filter { $0.path != "." }.isEmpty, "\(report)")
    }

    @Test("One of a share runs at a time, and it ends when it is told to")
    func ends() async throws {
        let audits = Audits()
        let slow = AuditRequest(content: true, rate: AuditRequest.rateRange.lowerBound)
        #expect(audits.begin(temporary.share, slow) != nil)
        #expect(audits.begin(temporary.share, slow) == nil)
        temporary.share.audit.withLock { $0.isEnding = true }
        var audit = AuditShare(temporary.share, slow)
        await audit.run()
        let report = try #require(temporary.share.audit.withLock { $0.report })
        #expect(report.failure != nil && !report.isRunning)
        #expect(audits.begin(temporary.share, slow) != nil)
    }
}

extension TemporaryShare {
    /// Whether the catalog says of each path what was sent, and does not leave it to be sent again.
    fileprivate func catalog(vouchesFor paths: [RelativePath]) throws -> [RelativePath: Bool] {
        var found: [RelativePath: Bool] = [:]
        for path in paths {
            let entry = try share.catalog.row(at: path)?.entry
            found[path] = entry?.isVouched ?? false
        }
        return found
    }
}
