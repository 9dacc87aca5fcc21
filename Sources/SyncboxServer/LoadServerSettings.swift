// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import SyncboxTLS
import Systemd

/// Reads the server's settings from `path` and its drop-ins, and the certificates that they name. Throws every mistake.
/// Called at the start and at each reload; blocks for as long as small files take to read.
func loadServerSettings(
    from path: String, environment: ServiceEnvironment
) throws(SettingsMistakes) -> (settings: ServerSettings, tls: ServerTLS?) {
    let (settings, files) = try loadSettings(ServerSettings.self, from: path, environment: environment)
    guard let tls = settings.tls else { return (settings, nil) }
    return (settings, try ServerTLS(tls, namedIn: files))
}
