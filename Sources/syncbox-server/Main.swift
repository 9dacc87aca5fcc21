// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import SyncboxCore
import SyncboxDaemon
import SyncboxServer

/// The server daemon: reads its arguments, assembles the daemon, and runs it.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syncbox-server",
        abstract: "Receives what Syncbox clients mirror, and writes it into the shares' directories.",
        discussion: """
            Runs until SIGTERM or SIGINT. SIGHUP reloads keys, durability and the log's level. Ends with the codes of \
            sysexits.h: 78 for mistakes in the settings, which are all told.
            """,
        version: "syncbox-server \(Version.text)")

    @Option(help: "The settings file; NAME.conf.d/*.conf beside it override it.")
    var config = DaemonKind.server.settingsFile

    func run() async {
        await runDaemon("syncbox-server") { context in
            try await ServerDaemon(settings: config, context: context).assemble()
        }
    }
}
