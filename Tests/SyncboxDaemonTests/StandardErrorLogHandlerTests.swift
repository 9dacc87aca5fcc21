// SPDX-License-Identifier: Apache-2.0
import Logging
import Systemd
import Testing

@Suite("StandardErrorLogHandler")
struct StandardErrorLogHandlerTests {
    @Test(
        "A message is one line of plain text, whatever is in it",
        arguments: [
            ("cannot write a/b", [:], "program: warning: cannot write a/b\n"),
            ("two\nlines", [:], "program: warning: two\\nlines\n"),
            ("red \u{1B}[31m", [:], "program: warning: red \\u{1B}[31m\n"),
            ("busy", ["share": "src", "message-id": "1f2e", "path": "é"], "program: warning: busy path=é share=src\n"),
        ] as [(String, Logger.Metadata, String)])
    func line(message: String, metadata: Logger.Metadata, expected: String) {
        let event = LogEvent(
            level: .warning, message: "\(message)", metadata: nil, source: nil, file: "", function: "", line: 1)
        #expect(StandardErrorLogHandler.line(event, metadata: metadata, identifier: "program") == expected)
    }

    @Test("Standard error has the lines that reach the threshold, also when it is moved, and no others")
    func threshold() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let threshold = LogThreshold(.notice)
            var logger = Logger(label: "x") { _ in
                StandardErrorLogHandler(identifier: "program", threshold: threshold)
            }
            logger[metadataKey: "share"] = "src"
            logger.info("hidden")
            logger.notice("shown", metadata: ["count": "1"])
            threshold.level = .debug
            logger.debug("shown too", metadata: ["share": "other"])
            logger.logLevel = .error
            logger.warning("hidden by the logger's own level")
        }
        let text = try String(decoding: #require(result).standardErrorContent, as: UTF8.self)
        let ours = text.split(separator: "\n").filter { $0.hasPrefix("program:") }
        #expect(ours == ["program: notice: shown count=1 share=src", "program: debug: shown too share=other"])
    }
}
