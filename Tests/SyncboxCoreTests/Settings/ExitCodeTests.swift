// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

@Suite struct ExitCodeTests {
    private static let header = "/usr/include/sysexits.h"

    @Test(
        "The numbers are those of sysexits.h", .enabled(if: FileManager.default.fileExists(atPath: header)),
        arguments: [
            ("EX_OK", ExitCode.success), ("EX_USAGE", .usage), ("EX_DATAERR", .difference),
            ("EX_NOINPUT", .noInput),
            ("EX_UNAVAILABLE", .unavailable), ("EX_SOFTWARE", .software), ("EX_OSERR", .operatingSystem),
            ("EX_CANTCREAT", .cannotCreate), ("EX_IOERR", .inputOutput), ("EX_TEMPFAIL", .temporaryFailure),
            ("EX_PROTOCOL", .protocolMismatch), ("EX_NOPERM", .noPermission), ("EX_CONFIG", .configuration),
        ])
    func numbers(name: String, code: ExitCode) throws {
        let lines = try String(contentsOfFile: Self.header, encoding: .utf8).split(separator: "\n")
        let words = lines.map { $0.split(whereSeparator: \.isWhitespace) }
        let line = try #require(words.first { $0.starts(with: ["#define", Substring(name)]) })
        #expect(Int32(line[2]) == code.rawValue)
    }

    @Test("Each code's meaning is a line of its own")
    func meanings() {
        #expect(Set(ExitCode.allCases.map(\.meaning)).count == ExitCode.allCases.count)
    }
}
