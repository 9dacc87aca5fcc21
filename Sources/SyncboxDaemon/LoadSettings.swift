// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Systemd

/// Reads a daemon's settings from `path` and its drop-ins, with the defaults that the service manager's variables give.
/// Throws every mistake at once. Blocks for as long as small files take to read. The files are those that were read, so that
/// what is found wrong with what they name can be told at its line.
package func loadSettings<Loaded: Settings>(
    _: Loaded.Type = Loaded.self, from path: String, environment: ServiceEnvironment
) throws(SettingsMistakes) -> (settings: Loaded, files: [SettingsFile]) {
    let files = try SettingsFile.readWithDropIns(path)
    return (try Loaded.parse(files, environment: SettingsEnvironment { environment[$0] }), files)
}
