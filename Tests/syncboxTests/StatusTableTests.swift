// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@testable import syncbox

@Suite struct StatusTableTests {
    private static let plain = Terminal(isTerminal: false, isColoured: false, width: .max)

    @Test("Each client is one line, with its columns below each other, and so is each share")
    func lines() {
        var docs = Self.status("docs")
        docs.fresh = 940
        var src = Self.status("src")
        (src.state, src.pending, src.inFlight, src.pendingBytes) = ("waiting for the server", 1_234, 500, 5_000_000_000)
        (src.link, src.problemCount, src.brake, src.fresh) = ("the server is away: curl error 7", 3, "all of it", 400)
        var gone = Self.status("x")
        (gone.state, gone.link) = (ClientStatus.stopped, "")
        let server = ServerStatus(
            listen: "127.0.0.1:8730",
            shares: [
                .init(
                    description: ShareDescription(
                        name: "docs", state: ShareState(epoch: 1, sequence: 2), entries: 10, bytes: 2_048,
                        durability: "durable"),
                    changes: 5, batches: 1, syncs: 2, writer: nil)
            ], started: 1)
        let all: [DaemonStatus] = [.server(server), .client(src), .client(docs), .client(gone)]
        #expect(
            StatusCommand.lines(of: all, now: 1_000, on: Self.plain).joined(separator: "\n") == """
                INSTANCE  STATE                   FRESH   PENDING        PROBLEMS  BRAKE  LINK
                docs      idle                    60 s    0              0         -      up
                src       waiting for the server  10 min  1734, 4.6 GiB  3         held   down: the server is away: curl error 7
                x         stopped                 -       0              0         -      -

                server on 127.0.0.1:8730, 1 share
                SHARE  FRESH  ENTRIES  SIZE     WRITER
                docs   -      10       2.0 KiB  none
                """)
    }

    @Test("No line is wider than the terminal, and colours are where they are wanted")
    func width() {
        var status = Self.status("src")
        (status.state, status.link) = ("waiting for the server", String(repeating: "x", count: 500))
        for width in [10, 40, 80, 200] {
            let narrow = Terminal(isTerminal: true, isColoured: false, width: width)
            let lines = StatusTable.clients([status], now: 0).lines(on: narrow)
            #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
        }
        let coloured = Terminal(isTerminal: true, isColoured: true, width: 200)
        let lines = StatusTable.clients([status], now: 0).lines(on: coloured)
        #expect(lines[1].contains("\u{1B}[31mwaiting for the server\u{1B}[0m"))
        #expect(!StatusTable.clients([status], now: 0).lines(on: Self.plain)[1].contains("\u{1B}"))
    }

    @Test(
        "An age is told in a unit of which it is at least two",
        arguments: [
            (1_000, "0 s"), (999, "1 s"), (881, "119 s"), (880, "2 min"), (1_001, "0 s"), (-6_200, "2 h"),
            (-172_000, "2 d"),
        ] as [(Int64, String)])
    func age(instant: Int64, text: String) {
        #expect(ageText(since: instant, now: 1_000) == text)
        #expect(ageText(since: nil, now: 1_000) == "-")
    }

    @Test("How far a first mirroring is shows as a bar, with what is left of it")
    func progress() throws {
        var status = Self.status("src")
        #expect(FirstSync(status) == nil)
        (status.state, status.expected, status.confirmed, status.pending) = ("scanning", 50_000, 20_000, 1_000)
        let stuck = try #require(FirstSync(status))
        #expect(stuck.secondsLeft == nil)
        (status.changesPerSecond, status.bytesPerSecond, status.pendingBytes) = (100, 1_048_576, 1_073_741_824)
        let slow = try #require(FirstSync(status))
        #expect(slow.secondsLeft == 1_024)
        status.pendingBytes = 0
        #expect(
            StatusWatch.progress(of: status, Terminal(isTerminal: true, isColoured: false, width: 120))
                == "src  [#############--------------------]  40 %  20000 of about 50000 entries  100 changes/s, 1.0 MiB/s"
                + "  about 5 min left")
        status.confirmed = 60_000
        #expect(try #require(FirstSync(status)).percent == 98)
    }

    @Test("The watch shows a line for whoever is busy, no longer than the terminal, and none at rest")
    func busy() {
        var status = Self.status("src")
        let narrow = Terminal(isTerminal: true, isColoured: false, width: 30)
        #expect(StatusWatch.progress(of: status, narrow) == nil)
        (status.pending, status.changesPerSecond) = (5, 2.55)
        #expect(StatusWatch.progress(of: status, Self.plain) == "src  5 to go  2.5 changes/s, 0 bytes/s")
        #expect(StatusWatch.progress(of: status, narrow)?.count == 30)
    }

    @Test("Where there is no terminal, the watch has a line for each client, and for what does not answer")
    func plainLines() {
        var status = Self.status("src")
        (status.expected, status.confirmed, status.state) = (200, 50, "scanning")
        (status.problemCount, status.link) = (2, "refused")
        let lines = StatusWatch.lines(
            of: [.client(status)], [CommandFailure(.unavailable, "x does not answer\n  hint")])
        #expect(
            lines == [
                "src: scanning  25 %  50 of about 200 entries  0.0 changes/s, 0 bytes/s  2 problems  link: refused",
                "x does not answer",
            ])
    }

    private static func status(_ instance: String) -> ClientStatus {
        var status = ClientStatus()
        (status.instance, status.state, status.link) = (instance, "idle", "up")
        return status
    }
}
