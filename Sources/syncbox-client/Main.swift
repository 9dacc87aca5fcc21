// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxClient
import SyncboxCore
import SyncboxDaemon

/// The client daemon: mirrors one source directory to a share of a Syncbox server.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syncbox-client",
        abstract: "Mirrors a directory to a Syncbox server, in real time.",
        discussion: """
            Ends with 0 after SIGTERM or SIGINT, once what is in flight has been finished. SIGHUP reloads the settings. \
            Other exit codes follow sysexits.h: 78 for mistakes in the settings, 66 for a missing source, 77 for missing \
            rights.
            """,
        version: "syncbox-client \(Version.text)")

    @Option(help: "The settings file, such as /etc/syncbox/client/src.conf; FILE.d/*.conf override it.")
    var config: String

    func run() async {
        await runDaemon("syncbox-client") { context in
            try await assembleClient(configuration: config, context: context)
        }
    }
}
