// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore

/// Which client a command is about.
struct ClientOptions: ParsableArguments {
    @Argument(
        help: "A client's instance: the NAME of syncbox-client@NAME.", completion: .custom(Instances.completions))
    var instance: String?

    @Option(
        help: "The path of a client's control socket, instead of an instance.", completion: .file(extensions: ["sock"]))
    var socket: String?

    func validate() throws {
        guard (instance == nil) != (socket == nil) else {
            throw ValidationError("Give an instance or --socket.")
        }
        if let instance { try Self.validate(instance: instance) }
    }

    /// Throws where `instance` is no instance's name.
    static func validate(instance: String) throws {
        do {
            _ = try SettingsValue.name(instance)
        } catch {
            throw ValidationError("the instance's name \(error.wrong); \(error.right)")
        }
    }

    /// Who to ask.
    var client: ControlClient {
        if let socket { return ControlClient(socket: socket) }
        return ControlClient(.client(instance: instance ?? ""))
    }

    /// What to call it.
    var name: String { instance ?? socket ?? "" }
}
