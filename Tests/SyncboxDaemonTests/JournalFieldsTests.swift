// SPDX-License-Identifier: Apache-2.0
import Logging
import Systemd
import Testing

@Suite("JournalFields")
struct JournalFieldsTests {
    private static func fields(_ event: LogEvent, metadata: Logger.Metadata = [:]) -> [String] {
        JournalFields(event, metadata: metadata, identifier: "syncbox-server", prefix: "SYNCBOX_").fields
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func event(_ level: Logger.Level, error: (any Error)? = nil) -> LogEvent {
        LogEvent(
            level: level, message: "two\nlines", error: error, metadata: nil, source: nil, file: "Core/A.swift",
            function: "commit(_:)", line: 7)
    }

    @Test("An entry has the message as it is, its place in the code, and each piece of metadata as a field")
    func layout() {
        let metadata: Logger.Metadata = [
            "share": "src", "message-id": "1f2e3d4c5b6a79881f2e3d4c5b6a7988", "paths": ["a", "b"],
        ]
        #expect(
            Self.fields(Self.event(.error), metadata: metadata) == [
                "PRIORITY=3", "MESSAGE=two\nlines", "SYSLOG_IDENTIFIER=syncbox-server",
                "MESSAGE_ID=1f2e3d4c5b6a79881f2e3d4c5b6a7988", "SYNCBOX_PATHS=[\"a\", \"b\"]", "SYNCBOX_SHARE=src",
                "CODE_FILE=Core/A.swift", "CODE_LINE=7", "CODE_FUNC=commit(_:)",
            ])
    }

    @Test("An error that comes with an event ends its message")
    func error() {
        #expect(
            Self.fields(Self.event(.error, error: CancellationError()))[1] == "MESSAGE=two\nlines: CancellationError()")
    }

    @Test(
        "Levels are the priorities of syslog(3)",
        arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func priority(level: Logger.Level, number: Int) {
        #expect(Self.fields(Self.event(level))[0] == "PRIORITY=\(number)")
    }

    @Test(
        "A field's name has only what the journal takes",
        arguments: [
            ("share", "SYNCBOX_SHARE"), ("hb.request.id", "SYNCBOX_HB_REQUEST_ID"), ("Größe=", "SYNCBOX_GR____E_"),
            (String(repeating: "x", count: 100), "SYNCBOX_" + String(repeating: "X", count: 56)),
        ])
    func name(key: String, name: String) {
        #expect(JournalFields.name(of: key, prefix: "SYNCBOX_") == name)
    }
}
