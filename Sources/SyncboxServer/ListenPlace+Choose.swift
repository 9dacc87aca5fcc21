// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxDaemon
import Systemd

extension ListenPlace {
    /// What the server listens on: the sockets that the service manager hands over, or else what the settings say. Tells where
    /// the two differ. Throws where what is handed over can't be used, or would let plain text leave the machine.
    static func choose(
        _ settings: ServerSettings, inherited: [InheritedSocket], logger: Logger
    ) throws(FatalError) -> [ListenPlace] {
        guard !inherited.isEmpty else { return [.own(settings.listen)] }
        let places = inherited.map { ListenPlace.inherited($0.descriptor, SyncboxCore.SocketAddress($0.place)) }
        for place in places where settings.tls == nil && !place.address.isLocal {
            throw FatalError(
                .configuration,
                "the socket that is handed over listens on \(place.address), and plain text must not leave the machine",
                remedy: "set up [tls], or let ListenStream= in the socket unit be a loopback address")
        }
        if places.map(\.address) != [settings.listen] {
            let addresses = places.map(\.address.description).joined(separator: " and ")
            logger.notice(
                "[server] listen = \(settings.listen) is not used: the service manager hands over \(addresses)")
        }
        return places
    }

    /// The same, with the sockets of this very process. To be called once.
    static func choose(_ settings: ServerSettings, logger: Logger) throws(FatalError) -> [ListenPlace] {
        let inherited: [InheritedSocket]
        do throws(InheritedSocket.Unusable) {
            inherited = try InheritedSocket.all()
        } catch {
            throw FatalError(
                .configuration, "descriptor \(error.descriptor), which is handed over, is no listening stream socket",
                remedy: "the socket unit takes ListenStream= and Accept=no")
        }
        return try choose(settings, inherited: inherited, logger: logger)
    }
}

extension SyncboxCore.SocketAddress {
    fileprivate init(_ place: InheritedSocket.Place) {
        switch place {
        case .tcp(let host, let port): self = .tcp(host: host, port: Int(port))
        case .unix(let path): self = .unix(path: path)
        }
    }
}
