// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// Takes over from changed settings what can change while the server runs: keys, the certificate, the shares' durability
/// and what they keep, the log's level.
/// Of everything else it says that a restart is needed.
struct ReloadServer: Sendable {
    /// Where the settings are.
    let path: String
    /// The settings that the server was started with.
    let started: ServerSettings
    let server: Server
    let context: DaemonContext

    /// Reads the settings and applies them. When it throws, everything stays as it was.
    @Sendable func run() async throws {
        let (settings, tls) = try loadServerSettings(from: path, environment: context.environment)
        context.setLogLevel(settings.logLevel)
        server.keyring.replace(settings.keys)
        if let tls, let current = server.tls {
            current.replace(by: tls)
            current.warn(context.logger)
        }
        try await server.threads.run { [server] in
            for (name, share) in server.shares {
                guard let settings = settings.shares[name] else { continue }
                try share.setDurability(settings.durability)
                share.setKeep(settings.keep)
            }
        }
        for change in Self.needingRestart(from: started, to: settings) {
            context.logger.warning("\(change) has changed: that takes effect when the server is restarted")
        }
    }

    /// What differs and can't be taken over, in words of the settings.
    static func needingRestart(from old: ServerSettings, to new: ServerSettings) -> [String] {
        var changes: [String] = []
        if old.listen != new.listen { changes.append("[server] listen") }
        if (old.tls == nil) != (new.tls == nil) { changes.append("[tls]") }
        if old.stateDirectory != new.stateDirectory { changes.append("[server] state-directory") }
        for name in Set(old.shares.keys).union(new.shares.keys).sorted()
        where old.shares[name]?.path != new.shares[name]?.path {
            changes.append("[share:\(name)] path")
        }
        return changes
    }
}
