// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import SyncboxCore

extension HTTPField.Name {
    /// Who writes: see `Endpoints.writerHeader`.
    static let syncboxWriter = named(Endpoints.writerHeader)
    /// See `Endpoints.offsetHeader`.
    static let uploadOffset = named(Endpoints.offsetHeader)
    /// See `Endpoints.lengthHeader`.
    static let uploadLength = named(Endpoints.lengthHeader)
    /// See `Endpoints.holesHeader`.
    static let uploadHoles = named(Endpoints.holesHeader)
    /// See `Endpoints.deltaHeader`.
    static let uploadDelta = named(Endpoints.deltaHeader)
    /// See `Endpoints.tagHeader`.
    static let uploadTag = named(Endpoints.tagHeader)
    /// See `Endpoints.modeHeader`.
    static let syncboxMode = named(Endpoints.modeHeader)
    /// See `Endpoints.modifiedHeader`.
    static let syncboxModified = named(Endpoints.modifiedHeader)

    /// See `Endpoints.freshHeader`.
    static let syncboxFresh = named(Endpoints.freshHeader)

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field's name") }
        return name
    }
}
