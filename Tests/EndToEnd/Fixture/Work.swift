// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What both daemons did, in numbers that do not depend on the machine.
struct Work: Equatable, CustomStringConvertible {
    /// Requests that the client sent.
    var requests = 0
    /// Bytes between client and server, both ways: heads and bodies, without the headers of TCP.
    var wire = 0
    /// Calls that sync, of both.
    var syncs = 0
    /// Transactions of index and catalog that changed something.
    var commits = 0
    /// Pages of 4 KiB that these wrote: what rows cost.
    var pages = 0

    static func - (left: Self, right: Self) -> Self {
        Self(
            requests: left.requests - right.requests, wire: left.wire - right.wire, syncs: left.syncs - right.syncs,
            commits: left.commits - right.commits, pages: left.pages - right.pages)
    }

    /// Whether none of the numbers is larger than its limit.
    func isWithin(_ limit: Self) -> Bool {
        requests <= limit.requests && wire <= limit.wire && syncs <= limit.syncs && commits <= limit.commits
            && pages <= limit.pages
    }

    var description: String {
        "requests \(requests), wire \(wire), syncs \(syncs), commits \(commits), pages \(pages)"
    }

    /// Adds what a line of strace(1) tells, as `Mirror.tracing` lets it tell.
    mutating func add(_ line: Substring, of daemon: String) {
        let name = line.prefix { $0 != "(" }
        switch name {
        case "fsync", "fdatasync", "syncfs", "sync_file_range", "msync":
            syncs += 1
        case "pwrite64":
            addFrame(line)
        case "sendto", "recvfrom":
            // The server sees the same bytes.
            guard daemon == "client", line.contains("<TCP:") else { return }
            wire += line.split(separator: " ").last.flatMap { Int($0) } ?? 0
            if name == "sendto", Self.requestStarts.contains(where: line.contains) { requests += 1 }
        default:
            break
        }
    }

    /// A write-ahead log has a header of 24 bytes before each page, and in its second number is zero but where a
    /// transaction ends: https://sqlite.org/fileformat.html, 4.1.
    private mutating func addFrame(_ line: Substring) {
        guard line.contains(Self.endOfLogName), line.contains(", 24, "), let quote = line.firstIndex(of: "\"") else {
            return
        }
        pages += 1
        let size = line[quote...].dropFirst().split(separator: "\\").dropFirst(4).prefix(4)
        if size.contains(where: { $0.prefix(3) != "x00" }) { commits += 1 }
    }

    /// "-wal", as strace writes it.
    private static let endOfLogName = hex("-wal") + ">"
    private static let requestStarts = ["GET /", "HEAD /", "POST /", "PUT /", "PATCH /", "DELETE /"]
        .map { "\"" + hex($0) }

    private static func hex(_ text: String) -> String {
        text.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension Mirror {
    /// Lets both daemons, when they start, be traced by strace(1), so that `work` can be asked for.
    func traceWork() {
        (serverPrefix, clientPrefix) = (tracing("server"), tracing("client"))
    }

    /// `-D`: the process is the daemon. `-ff`: each thread has a file of its own, so that every line is whole. The filter
    /// leaves all other calls at their full speed.
    private func tracing(_ daemon: String) -> [String] {
        [
            "/usr/bin/strace", "-D", "-ff", "-qq", "--seccomp-bpf", "-yy", "-xx", "-s", "24", "-e", "signal=none",
            "-o", "\(directory)/\(daemon).calls", "-e",
            "trace=fsync,fdatasync,syncfs,sync_file_range,msync,pwrite64,sendto,recvfrom",
        ]
    }

    /// What the daemons did since they started. strace writes each line when the call returns.
    func work() throws -> Work {
        var work = Work()
        for daemon in ["server", "client"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            for name in names where name.hasPrefix("\(daemon).calls.") {
                let calls = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
                for line in calls.split(separator: "\n") { work.add(line, of: daemon) }
            }
        }
        return work
    }
}
