// SPDX-License-Identifier: Apache-2.0
import Testing

extension BootedSystemd {
    /// What the daemons write to the journal.
    @Suite struct JournalTests {
        @Test("Messages have their level, program, place in the code and fields, and come from the daemon itself")
        func fields() async throws {
            try await Mirror.withDaemons { mirror in
                for (unit, program) in [(mirror.server, "syncbox-server"), (mirror.client, "syncbox-client")] {
                    let pid = try await unit.processID
                    let messages = try await unit.journal("_PID=\(pid) _TRANSPORT=journal")
                    #expect(!messages.isEmpty)
                    for message in messages {
                        #expect(message["SYSLOG_IDENTIFIER"] == program)
                        #expect(message["PRIORITY"].flatMap { Int($0) } ?? 9 <= 6)
                        #expect(message["CODE_FILE"] != nil)
                        #expect(message["CODE_LINE"] != nil)
                    }
                    #expect(messages.contains { $0["MESSAGE_ID"]?.count == 32 })
                }
            }
        }

        @Test("Every event in the journal that asks for it has an explanation")
        func catalog() async throws {
            try await Mirror.withDaemons { mirror in
                let catalog = try await mirror.box.run("journalctl --list-catalog")
                let messages = try await mirror.server.journal() + mirror.client.journal()
                let events = messages.filter { $0["SYSLOG_IDENTIFIER"]?.hasPrefix("syncbox-") == true }
                    .compactMap { $0["MESSAGE_ID"] }
                #expect(!events.isEmpty)
                for event in Set(events) { #expect(catalog.contains(event)) }
            }
        }

        @Test("The log never has the secret")
        func secret() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.converges()
                let secret = try await mirror.box.run("cat /etc/syncbox/client/src.key").prefix { !$0.isNewline }
                #expect(secret.count >= 16)
                #expect(try await !mirror.box.run("journalctl --sync; journalctl -o export").contains(secret))
            }
        }
    }
}
