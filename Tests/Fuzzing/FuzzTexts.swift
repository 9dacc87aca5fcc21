// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// Settings of any bytes are read, or answered with mistakes that say where they are and what would be right.
@Sendable func fuzzSettings(_ bytes: [UInt8]) {
    // A NUL, which no settings can have, parts the file from a drop-in.
    let files = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).enumerated().map {
        SettingsFile(name: "\($0).conf", bytes: $1)
    }
    let environment = SettingsEnvironment(stateDirectory: "/var/lib/x", credentialsDirectory: "/run/x")
    do {
        _ = try ServerSettings.parse(files, environment: environment)
    } catch {
        check(error, in: files)
    }
    do {
        _ = try ClientSettings.parse(files, environment: environment)
    } catch {
        check(error, in: files)
    }
}

private func check(_ mistakes: SettingsMistakes, in files: [SettingsFile]) {
    for mistake in mistakes.all {
        guard let line = mistake.line else { continue }
        let file = files.first { $0.name == mistake.file }
        let lines = (file?.bytes.count { $0 == UInt8(ascii: "\n") } ?? 0) + 1
        require((1...lines).contains(line), "a mistake stands in a line that isn't there")
        require(!"\(mistake)".utf8.contains { $0 < 0x20 && $0 != UInt8(ascii: "\t") }, "a mistake breaks its line")
    }
}

/// Rules of any bytes are applied to paths of any bytes, at the root and below, and what decides a directory decides what
/// is in it. The input: two ignore files and a path, with NULs between.
@Sendable func fuzzIgnore(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let path = try? RelativePath(parts[2]) else { return }
    guard let outer = try? IgnoreFile(parts[0]), let inner = try? IgnoreFile(parts[1]) else { return }
    var rules = IgnoreRules(base: outer)
    if let top = path.ancestors.dropFirst().first { rules.set(inner, in: top) }
    let isIgnored = rules.isIgnored(path, isDirectory: false)
    guard let parent = path.parent else { return require(!isIgnored, "the root is ignored") }
    if rules.isIgnored(parent, isDirectory: true) {
        require(isIgnored, "something in an ignored directory is mirrored")
    } else {
        let inParent = rules.rules(in: parent).isIgnored(path.name.span, isDirectory: false)
        require(inParent == isIgnored, "a directory's rules decide otherwise than the path")
    }
}

/// What read(2) could give is taken apart into events, or refused. Every byte is in one event at most.
@Sendable func fuzzInotify(_ bytes: [UInt8]) {
    guard let events = bytes.withUnsafeBytes({ InotifyEvent.parse($0) }) else { return }
    let told = events.reduce(0) { $0 + 16 + $1.name.count }
    require(told <= bytes.count, "events have more bytes than there were")
    require(events.allSatisfy { !$0.name.contains(0) }, "a name has a NUL")
}

/// A request's target names a resource within its share, or nothing; and encoded bytes are decoded as they were.
@Sendable func fuzzTarget(_ bytes: [UInt8]) {
    require(PercentEncoding.decode(PercentEncoding.encode(bytes)) == bytes, "encoded bytes are decoded as others")
    let text = String(decoding: bytes, as: UTF8.self)
    if let resource = ((try? Resource(target: text)) ?? nil) { check(resource) }
    // Nearly every text is no target at all: as a path of one it gets further.
    let encoded = PercentEncoding.encode(bytes)
    for target in ["/v1/shares/src/files/\(encoded)", "/v1/shares/src/kept?after=\(encoded)"] {
        if let resource = ((try? Resource(target: target)) ?? nil) { check(resource) }
    }
    if let path = try? RelativePath(bytes) {
        let resource = (try? Resource(target: "/v1/shares/src/files/\(encoded)")) ?? nil
        require(resource == .file("src", path), "a path is named by its encoding as another one")
    }
}

private func check(_ resource: Resource) {
    require(!resource.methods.isEmpty, "nothing can be asked of a resource")
    switch resource {
    case .file(_, let path), .directory(_, let path, _), .kept(_, let path, _), .version(_, _, let path): check(path)
    case .manifest(_, let path): if let path { check(path) }
    case .health, .metrics, .shares, .share, .batches, .uploads, .upload, .move, .freshness, .audit: break
    }
}

private func check(_ path: RelativePath) {
    let names =
        path.bytes.isEmpty ? [] : path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for name in names {
        require(!name.isEmpty && !name.contains(0), "a path has a name that is none")
        require(!name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8), "a path leads out of its share")
    }
    require(path.bytes.count <= RelativePath.longestPath, "a path is too long")
}
