// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// System calls of the real daemons that fail, or are the last that they make: strace(1) injects it.
    @Suite(.enabled("strace(1) is there, and may trace") { try await FailingCall.canBeInjected() })
    struct FailingCallsTests {
        /// Calls fail by the table; with `SYNCBOX_ROUNDS` each of its calls fails at so many places more.
        @Test(
            "Whichever call of the client fails, everything is mirrored after it, and nothing is sent or removed for it"
        )
        func client() async throws {
            try await withSteps { steps in
                for call in FailingCall.inTurn(Self.clientCalls) {
                    try await steps.take(call) { mirror, command in mirror.clientPrefix = command }
                }
            }
        }

        @Test(
            "Whichever call of the server fails, everything is mirrored after it, and nothing is sent or removed for it"
        )
        func server() async throws {
            try await withSteps { steps in
                for call in FailingCall.inTurn(Self.serverCalls) {
                    try await steps.take(call, restartsServer: true) { mirror, command in mirror.serverPrefix = command
                    }
                }
            }
        }

        @Test("Whichever call is a daemon's last, everything is mirrored after it")
        func lastCalls() async throws {
            try await withSteps { steps in
                for call in FailingCall.inTurn(Self.clientsLast) {
                    try await steps.take(call) { mirror, command in mirror.clientPrefix = command }
                }
                for call in FailingCall.inTurn(Self.serversLast) {
                    try await steps.take(call, restartsServer: true) { mirror, command in mirror.serverPrefix = command
                    }
                }
            }
        }

        /// Where the client looks, lists, reads, watches, records, and hears of the server.
        static let clientCalls = [
            FailingCall("openat2", "EIO", 2), FailingCall("openat2", "EMFILE", 5),
            FailingCall("openat2", "EACCES", 8), FailingCall("openat2", "EIO", "20..60+7"),
            FailingCall("getdents64", "EIO", 2, 5, "2..20+2"),
            FailingCall("statx", "EIO", 1, 9), FailingCall("statx", "EACCES", "5..50+5"),
            FailingCall("inotify_add_watch", "EACCES", 5), FailingCall("inotify_add_watch", "ENOMEM", "2..9+3"),
            FailingCall("read", "EIO", "1..5+2", of: "anon_inode:inotify"),
            FailingCall("openat", "ENOSPC", 1, of: "client/marks"), FailingCall("openat", "EMFILE", "90..130+9"),
            FailingCall("pread64", "EIO", "12..80+9"), FailingCall("pwrite64", "EIO", 20),
            FailingCall("pwrite64", "ENOSPC", 30), FailingCall("fdatasync", "EIO", 2),
            FailingCall("recvfrom", "ECONNRESET", "2..9+3"), FailingCall("connect", "ECONNREFUSED", "1..3"),
        ]

        /// Where the server opens its catalog and the destination, stages, syncs, publishes and records.
        static let serverCalls = [
            FailingCall("pread64", "EIO", "12..40+5"), FailingCall("pwrite64", "EIO", "5..60+9"),
            FailingCall("openat2", "EMFILE", "6..40+7", "6..40+3", "7..80+11"),
            FailingCall("renameat2", "EIO", "1..9+2"),
            FailingCall("fdatasync", "EIO", 2), FailingCall("syncfs", "EIO", 1),
        ]

        static let clientsLast = [
            FailingCall(last: "openat2", 9, 30), FailingCall(last: "getdents64", 4),
            FailingCall(last: "pwrite64", 7, 33),
            FailingCall(last: "fdatasync", 2), FailingCall(last: "sendto", 2, 4), FailingCall(last: "recvfrom", 3),
        ]

        static let serversLast = [
            FailingCall(last: "renameat2", 1, 3), FailingCall(last: "openat2", 12),
            FailingCall(last: "pwrite64", 9, 25),
            FailingCall(last: "fdatasync", 2), FailingCall(last: "syncfs", 1), FailingCall(last: "unlinkat", 2),
        ]
    }
}

/// One system call of a daemon that does not do what it should: strace(1), `-e inject`.
struct FailingCall: CustomStringConvertible {
    /// The call.
    var name: String
    /// What it fails with; nil where the daemon is killed as it makes the call.
    var error: String?
    /// Which call of that name it is, counted on each thread for itself, in the words of strace.
    var places: [String]
    /// Where only calls of one file count: what /proc/PID/fd says of it, below the mirror's directory unless it is no path.
    var file: String?

    /// A call that fails with `error`.
    init(_ name: String, _ error: String, _ places: Place..., of file: String? = nil) {
        self.name = name
        self.error = error
        self.file = file
        self.places = places.map(\.text)
    }

    /// A call at which the daemon is killed.
    init(last name: String, _ places: Place...) {
        self.name = name
        self.places = places.map(\.text)
    }

    /// A number, or a range with steps as strace understands it.
    struct Place: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
        var text: String
        init(integerLiteral value: Int) { text = String(value) }
        init(stringLiteral value: String) { text = value }
    }

    /// Whether the daemon is meant to die of it.
    var isLast: Bool { error == nil }

    var description: String { "\(name) \(file ?? "") \(error ?? "is the last") at \(places.joined(separator: ", "))" }

    /// What starts a command of which this call fails, in a mirror's directory. The command's process stays the caller's child.
    func command(in directory: String = "") -> [String] {
        let what = error.map { "error=\($0)" } ?? "signal=KILL"
        let only = file.map { ["-P", $0.contains(":") ? $0 : "\(directory)/\($0)"] } ?? []
        return ["/usr/bin/strace", "-D", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e", "trace=\(name)", "-e"]
            + ["inject=\(name):\(what):when=\(places.joined())"] + only
    }

    /// The calls one place at a time; each at `SYNCBOX_ROUNDS` places more, where that is set. Those lie behind its first place:
    /// before it the program itself is loaded, or may fail for good.
    static func inTurn(_ calls: [FailingCall]) -> [FailingCall] {
        let rounds = ProcessInfo.processInfo.environment["SYNCBOX_ROUNDS"].flatMap { Int($0) } ?? 0
        return calls.flatMap { call in
            let first = call.places.first.flatMap { Int($0.prefix(while: \.isNumber)) } ?? 1
            return (call.places + (0..<rounds).map { String(first + 1 + $0 * 3) }).map { place in
                var one = call
                one.places = [place]
                return one
            }
        }
    }

    /// Whether calls can be made to fail here.
    static func canBeInjected() async throws -> Bool {
        let probe = FailingCall("getpid", "EIO", 1)
        let command = probe.command()
        guard FileManager.default.isExecutableFile(atPath: command[0]) else { return false }
        return try await run(command[0], command.dropFirst() + ["/bin/true"]).exitCode == 0
    }
}

/// One mirror that is edited step by step, with another failing call at each.
private final class Steps {
    private let mirror: Mirror
    private var number = 0
    /// The inodes at the destination of what nobody touches.
    private var untouched = ""

    /// What a daemon may end with by itself for the service manager to start it anew, by the table of its manual page; but for
    /// 70, which is a mistake in Syncbox.
    private static let startedAnew: Set<Int32> = [69, 71, 74]

    init(_ mirror: Mirror) async throws {
        self.mirror = mirror
        try await mirror.inSource(
            """
            mkdir -p kept/a/b kept/c live/0 moved0/x/y gone0/a
            for i in {1..30}; do echo $i > kept/$i; echo $i > kept/a/b/$i; echo $i > kept/c/$i; done
            head -c 400K /dev/urandom > kept/large; ln -s large kept/link; mkdir kept/empty
            seq 100 > moved0/x/y/z; head -c 300K /dev/urandom > moved0/large; seq 9 > gone0/a/1; seq 9 > edited
            """)
        try await mirror.start()
        try await mirror.converges()
        untouched = try await inodes()
    }

    /// Edits the source, half of it before the daemons start with `call`, and half while they run; then all must be mirrored.
    func take(_ call: FailingCall, restartsServer: Bool = false, _ prepare: (Mirror, [String]) -> Void) async throws {
        number += 1
        try await mirror.client.end()
        if restartsServer { try await mirror.server.end() }
        try await edit("before")
        prepare(mirror, call.command(in: mirror.directory))
        if restartsServer { try mirror.launchServer() }
        try mirror.launchClient()
        try await settle(call)
        try await edit("live")
        try await settle(call)
        (mirror.clientPrefix, mirror.serverPrefix) = ([], [])
        #expect(try await inodes() == untouched, "\(call)")
        let status = try await mirror.clientStatus()
        #expect(status?.problems.isEmpty == true, "\(call): \(String(describing: status))")
    }

    /// Waits until both trees are equal, and starts what has ended anew and without the fault, as the service manager does.
    private func settle(_ call: FailingCall) async throws {
        let (mirror, isLast) = (mirror, call.isLast)
        var last = ""
        let isEqual = try await eventually("after \(call) all is mirrored") {
            if try !mirror.client.isRunning {
                Self.check(try await mirror.client.ended(), call, isLast)
                mirror.clientPrefix = []
                try mirror.launchClient()
            }
            if try !mirror.server.isRunning {
                Self.check(try await mirror.server.ended(), call, isLast)
                mirror.serverPrefix = []
                try mirror.launchServer()
            }
            guard let status = try await mirror.clientStatus(), status.isIdle else {
                last = "not idle"
                return false
            }
            last = try await Trees.difference(mirror.source, mirror.destination)
            return last.isEmpty
        }
        if !isEqual { Issue.record("\(last)\n\(String(describing: try await mirror.clientStatus()))") }
    }

    private static func check(_ code: Int32, _ call: FailingCall, _ isLast: Bool) {
        #expect(isLast ? code == SIGKILL : startedAnew.contains(code), "\(call): it ended with \(code)")
    }

    private func edit(_ when: String) async throws {
        let (old, new) = ("\(when)\(number - 1)", "\(when)\(number)")
        try await mirror.inSource(
            """
            mkdir -p new-\(new)/a/b; echo \(new) > new-\(new)/a/b/c; seq 200 > new-\(new)/d; rm -rf new-\(old)
            mv moved* moved-\(new); mv gone* gone-\(new); seq \(number) > gone-\(new)/a/1; ln -sfn \(new) link
            echo \(new) >> edited; head -c 300K /dev/urandom > large; echo \(new) > .tmp; mv .tmp saved; chmod 0640 saved
            """)
    }

    /// Which inode each entry has at the destination that nobody touches: it changes with whatever is removed and put anew.
    private func inodes() async throws -> String {
        try await script("find kept -printf '%i %P\\n' | sort", in: mirror.destination)
    }
}

/// Runs `body` with steps on one mirror.
private func withSteps(_ body: (Steps) async throws -> Void) async throws {
    try await withMirror { mirror in
        try await body(try await Steps(mirror))
    }
}
