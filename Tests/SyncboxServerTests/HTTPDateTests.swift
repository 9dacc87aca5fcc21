// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SyncboxServer

@Suite struct HTTPDateTests {
    @Test(
        "A date is written as date(1) writes it",
        arguments: [0, 784_111_777, 951_782_399, 951_782_400, 1_795_561_122, 4_102_444_799])
    func text(seconds: Int64) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/date")
        process.arguments = ["-u", "-d", "@\(seconds)", "+%a, %d %b %Y %H:%M:%S GMT"]
        process.environment = ["LC_ALL": "C"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(HTTPDate.text(seconds) + "\n" == text)
    }
}
