// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Systemd

/// Reads a daemon's settings from `path` and its drop-ins, with the defaults that the service manager's variables give.
/// Throws every mistake at once. Called at the start and at each reload; blocks for as long as small files take to read.
package func loadSettings<Loaded: Settings>(
    _: Loaded.Type = Loaded.self, from path: String, environment: ServiceEnvironment
) throws(SettingsMistakes) -> Loaded {
    try Loaded.parse(
        SettingsFile.readWithDropIns(path), environment: SettingsEnvironment { environment[$0] })
}
