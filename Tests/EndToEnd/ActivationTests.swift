// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// The server on sockets that something else keeps open, as systemd does for `syncbox-server.socket`.
    @Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: HandOver.python))) struct ActivationTests {
        /// Where the socket is, and whether it is under TLS.
        static let places: [(host: String, isUnderTLS: Bool)] = [("127.0.0.1", false), ("[::1]", true), ("", false)]

        @Test(
            "While the server is started anew under load, no request fails, over IPv4, IPv6 with TLS, and a Unix socket",
            arguments: places)
        func restart(host: String, isUnderTLS: Bool) async throws {
            try await withMirror { mirror in
                let made = try await Certificates(in: mirror.directory)
                if isUnderTLS { mirror.serverTLS = made.server("good") }
                let place = host.isEmpty ? "\(mirror.directory)/http.sock" : "\(host):\(mirror.port)"
                mirror.serverPrefix = [HandOver.program, place, "--"]
                try await mirror.makeKey()
                try await mirror.startServer()
                let log = try mirror.log("server")
                #expect(log.contains("listening on \(host.isEmpty ? "unix:" : "")\(place)"))
                #expect(log.contains("a socket of the service manager"))
                #expect(log.contains("[server] listen = 127.0.0.1:\(mirror.port) is not used") == (host != "127.0.0.1"))

                let (url, options) =
                    host.isEmpty
                    ? ("http://localhost", "--unix-socket \(place)")
                    : ("\(isUnderTLS ? "https" : "http")://\(place)", "--cacert \(made.directory)/ca.pem")
                try await script(": > answers", in: mirror.directory)
                let load = Self.load(mirror, "\(options) \(url)/v1/shares/src")
                for round in 1...5 {
                    try await eventually("requests are answered") {
                        try await script("wc -l < answers", in: mirror.directory).contains(/^[1-9]/)
                    }
                    try await script(": > answers", in: mirror.directory)
                    try mirror.server.signal(SIGUSR1)
                    try await eventually("the server was started \(round) times more") {
                        try mirror.log("server").split(separator: "a socket of the service manager").count > round + 1
                    }
                }
                try await script("touch enough", in: mirror.directory)
                let failed = try await load.value
                #expect(failed == "")
                #expect(try await mirror.server.end() == 0)
            }
        }

        /// Four loops of requests, each on a connection of its own, until there is a file `enough`; every second one sends a body.
        /// What comes back is one line for each request that was not answered as it should be.
        private static func load(_ mirror: Mirror, _ share: String) -> Task<String, any Error> {
            let (directory, key) = (mirror.directory, mirror.keyFile)
            let text = #"""
                ask() { # NUMBER EXPECTED ARGUMENT...
                    local code
                    code=$(curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' -m 60 -H "Authorization: Bearer $(cat \#(key))" \
                        "${@:3}" 2>&1) || true
                    echo >> answers
                    [[ $code == $2 ]] || echo "$1: $code"
                }
                loop() {
                    until [[ -e enough ]]; do
                        ask "$1" 200 \#(share)
                        ask "$1" 20[14] -T body \#(share.replacing("/v1/shares/src", with: "/v1/shares/src/files/f"))$1
                    done
                }
                head -c 300000 /dev/urandom > body
                loop 1 & loop 2 & loop 3 & loop 4 & wait
                """#
            return Task { try await script(text, in: directory) }
        }

        @Test("A socket that would let plain text leave the machine, and one that is none, end the server with 78")
        func refused() async throws {
            try await withMirror { mirror in
                try await mirror.makeKey()
                mirror.serverPrefix = [HandOver.program, "0.0.0.0:\(mirror.port)", "--"]
                #expect(try await mirror.launchServer().ended() == 78)
                #expect(try mirror.log("server").contains("plain text must not leave the machine; set up [tls]"))
                mirror.serverPrefix = ["/bin/bash", "-c", #"LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3</dev/null"#]
                #expect(try await mirror.launchServer().ended() == 78)
                #expect(try mirror.log("server").contains("descriptor 3, which is handed over, is no listening stream"))
            }
        }
    }
}

/// The program that hands sockets over.
private enum HandOver {
    static let python = "/usr/bin/python3"
    static let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixture/hand-over").path
}

extension Mirror {
    /// What a daemon has logged so far.
    func log(_ daemon: String) throws -> String {
        try String(contentsOfFile: "\(directory)/\(daemon).log", encoding: .utf8)
    }
}
