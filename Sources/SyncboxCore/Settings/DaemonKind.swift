// SPDX-License-Identifier: Apache-2.0

/// One of the two daemons, with the names and places that its unit gives it: the same in the units, the daemons and the
/// command line.
package enum DaemonKind: Hashable, Sendable {
    /// `syncbox-server.service`: one a machine.
    case server
    /// `syncbox-client@INSTANCE.service`: one for each source.
    case client(instance: String)

    /// The directory that holds the servers' runtime directory's socket itself.
    package static let serverRuntimeDirectory = "/run/syncbox-server"
    /// The directory with one runtime directory for each client instance.
    package static let clientRuntimeDirectory = "/run/syncbox-client"
    /// The directory with the settings and the key of each client instance.
    package static let clientSettingsDirectory = "/etc/syncbox/client"
    /// The control socket's file name.
    package static let controlSocketName = "control.sock"

    /// The unit's name.
    package var unit: String {
        switch self {
        case .server: "syncbox-server.service"
        case .client(let instance): "syncbox-client@\(instance).service"
        }
    }

    /// The path of the socket that the daemon answers `syncbox` on.
    package var controlSocket: String {
        switch self {
        case .server: "\(Self.serverRuntimeDirectory)/\(Self.controlSocketName)"
        case .client(let instance): "\(Self.clientRuntimeDirectory)/\(instance)/\(Self.controlSocketName)"
        }
    }

    /// The path of the settings that the unit starts the daemon with.
    package var settingsFile: String {
        switch self {
        case .server: "/etc/syncbox/server.conf"
        case .client(let instance): "\(Self.clientSettingsDirectory)/\(instance).conf"
        }
    }

    /// The path of the key that a client's unit hands to the daemon as a credential.
    package static func keyFile(ofClient instance: String) -> String { "\(clientSettingsDirectory)/\(instance).key" }

    /// What the unit gives the daemon where its settings leave it out.
    package var environment: SettingsEnvironment {
        switch self {
        case .server:
            SettingsEnvironment(stateDirectory: "/var/lib/syncbox-server")
        case .client(let instance):
            SettingsEnvironment(
                stateDirectory: "/var/lib/syncbox-client/\(instance)", credentialsDirectory: "/run/credentials/\(unit)")
        }
    }

    /// Which daemon the settings are for: the first section that only one of the two knows tells. nil when none does.
    /// A client's instance is named as its file is, `src` for `/etc/syncbox/client/src.conf`.
    package init?(of files: [SettingsFile]) {
        let kinds = files.lazy.flatMap { INIDocument(reading: $0).sections }
            .map { section in section.name.prefix { $0 != ":" } }
        let server = Set(ServerSettings.sections.map(\.kind))
        let client = Set(ClientSettings.sections.map(\.kind))
        guard let kind = kinds.first(where: { server.contains(String($0)) != client.contains(String($0)) }) else {
            return nil
        }
        self = server.contains(String(kind)) ? .server : .client(instance: Self.instance(ofFile: files[0].name))
    }

    private static func instance(ofFile path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return String(name.hasSuffix(".conf") ? name.dropLast(".conf".count) : name)
    }
}
