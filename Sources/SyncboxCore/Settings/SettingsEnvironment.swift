// SPDX-License-Identifier: Apache-2.0

/// What the surroundings give when a settings file doesn't: systemd.exec(5) sets both variables.
package struct SettingsEnvironment: Hashable, Sendable {
    /// The first directory of `$STATE_DIRECTORY`, or nil.
    package var stateDirectory: String?
    /// `$CREDENTIALS_DIRECTORY`, or nil.
    package var credentialsDirectory: String?

    package init(stateDirectory: String? = nil, credentialsDirectory: String? = nil) {
        self.stateDirectory = stateDirectory
        self.credentialsDirectory = credentialsDirectory
    }

    /// Takes both from environment variables, which `variable` looks up by name. One that is no absolute path is as good
    /// as none.
    package init(variable: (String) -> String?) {
        // Units may name several state directories, with a colon between them; the first is ours.
        stateDirectory = variable("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init)
        credentialsDirectory = variable("CREDENTIALS_DIRECTORY")
        if stateDirectory?.first != "/" { stateDirectory = nil }
        if credentialsDirectory?.first != "/" { credentialsDirectory = nil }
    }
}
