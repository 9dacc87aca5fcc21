// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import SyncboxCore
import SyncboxFiles
import Synchronization

/// Gives a recipe to the link piece by piece: what is to be copied as it says, and what the server lacks from the file.
final class RecipeSource: HTTPBodySource {
    /// A stretch of the request's body.
    private enum Segment {
        case bytes([UInt8])
        case file(Range<UInt64>)

        var count: UInt64 {
            switch self {
            case .bytes(let bytes): UInt64(bytes.count)
            case .file(let range): UInt64(range.count)
            }
        }
    }

    /// Where the reading is.
    private struct Place {
        /// The segment, and where it begins in the body.
        var segment = 0
        var start: UInt64 = 0
    }

    /// How long the body is, in bytes.
    let length: UInt64

    private let file: ReadingFile
    private let segments: [Segment]
    private let place = Mutex(Place())

    /// The recipe that makes `steps` of `file`, the first of which begins at `offset`, copying from `base`.
    init(_ file: ReadingFile, _ steps: [RecipeStep], from offset: UInt64, base: RecipeBase?) {
        var segments = [Segment.bytes(RecipeEncoder.header(base: base))]
        var offset = offset
        for step in steps {
            segments.append(.bytes(RecipeEncoder.step(step)))
            if case .literal(let length) = step { segments.append(.file(offset..<offset + length)) }
            offset += step.length
        }
        self.file = file
        self.segments = segments
        length = segments.reduce(0) { $0 + $1.count }
    }

    /// Throws `FileError` of code `.busy` as soon as the file is seen to have changed.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.checkUnchanged()
        return try place.withLock { place in
            // The transport may begin again on another connection.
            if offset < place.start { place = Place() }
            var done = 0
            while done < buffer.count, place.segment < segments.count {
                let inside = offset + UInt64(done) - place.start
                let segment = segments[place.segment]
                if inside == segment.count {
                    place.start += segment.count
                    place.segment += 1
                    continue
                }
                done += try read(segment, from: inside, into: .init(rebasing: buffer[done...]))
            }
            return done
        }
    }

    private func read(
        _ segment: Segment, from inside: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        let count = Int(min(UInt64(buffer.count), segment.count - inside))
        let portion = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        switch segment {
        case .bytes(let bytes): portion.copyBytes(from: bytes[Int(inside)...].prefix(count))
        case .file(let range):
            guard try file.read(at: range.lowerBound + inside, into: portion) == count else {
                throw FileError(.busy, operation: "read", path: file.path)
            }
        }
        return count
    }
}
