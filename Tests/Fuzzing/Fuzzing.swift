// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What libFuzzer calls with each input that it makes up. `SYNCBOX_FUZZ` names the subject.
///
/// A subject breaks its promise by a crash, by time or memory beyond the limits that `packaging/fuzz` sets, or by what
/// `require` finds wrong.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    subject(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the process, by which libFuzzer takes the input for a finding, unless `claim` holds.
func require(_ claim: Bool, _ message: StaticString) {
    guard claim else { fatalError("\(message)") }
}

private let subjects: [String: @Sendable ([UInt8]) -> Void] = [
    "batch": fuzzBatch,
    "ignore": fuzzIgnore,
    "inotify": fuzzInotify,
    "manifest": fuzzManifest,
    "recipe": fuzzRecipe,
    "settings": fuzzSettings,
    "target": fuzzTarget,
]

private let subject: @Sendable ([UInt8]) -> Void = {
    let name = getenv("SYNCBOX_FUZZ").map { String(cString: $0) } ?? ""
    guard let subject = subjects[name] else { fatalError("SYNCBOX_FUZZ names no subject: '\(name)'") }
    return subject
}()
