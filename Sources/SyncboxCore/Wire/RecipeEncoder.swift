// SPDX-License-Identifier: Apache-2.0

/// Writes a recipe: how a part of an upload is built from a file that the destination has, and from what it lacks.
///
///     "SBXD" version:u8
///     base                                  what copies come from: a path and a digest, or nothing at all
///     (step content?)*                      in the order of what they build; content only behind a literal
///
///     base    = 1:u8 length:u32 [path digest]       frames and numbers are those of a batch (`BatchEncoder`)
///     literal = 2:u8 8:u32  length:u64              `length` bytes of content follow the frame
///     copy    = 3:u8 16:u32 from:u64 length:u64
///     hole    = 4:u8 8:u32  length:u64
///
/// Nothing ends a recipe: how far it goes the upload's offset tells, and the request's end. So it can be written as it is
/// sent, and where it was cut another one goes on, at any byte.
package enum RecipeEncoder {
    static let magic = Array("SBXD".utf8)

    /// What a recipe begins with. One without a base has no copies.
    package static func header(base: RecipeBase?) -> [UInt8] {
        var writer = ByteWriter()
        writer.header(magic)
        writer.frame(RecipeFrame.base.rawValue) { writer in
            guard let base else { return }
            writer.path(base.path)
            writer.raw(base.digest.bytes)
        }
        return writer.bytes
    }

    /// One step. The content of a literal is to be sent behind it, exactly as many bytes as it says.
    package static func step(_ step: RecipeStep) -> [UInt8] {
        precondition(step.length > 0, "a step builds something")
        var writer = ByteWriter()
        switch step {
        case .literal(let length): writer.frame(RecipeFrame.literal.rawValue) { $0.number(length) }
        case .copy(let from, let length):
            writer.frame(RecipeFrame.copy.rawValue) {
                $0.number(from)
                $0.number(length)
            }
        case .hole(let length): writer.frame(RecipeFrame.hole.rawValue) { $0.number(length) }
        }
        return writer.bytes
    }
}
