// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore
import SyncboxFiles

/// `syncbox restore INSTANCE [PATH]`: lists what the server keeps of what was removed and replaced, and brings it back.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "List what was deleted or replaced, and bring it back.",
        discussion: """
            The share must keep something (keep-deleted in the server's settings), and the key must permit to read. Without a \
            path everything that is kept is listed, the newest first. With one, its newest version is brought back to its \
            place in the source, from where it is mirrored as usual; of a directory the newest version of everything that was \
            in it. Nothing that is there is replaced without --force.

              syncbox restore src
              syncbox restore src docs/report.pdf
              syncbox restore src docs --output /tmp/docs

            \([ExitCode.success, .usage, .noInput, .unavailable, .cannotCreate, .temporaryFailure, .protocolMismatch, .noPermission, .configuration].helpText)
            """)

    @Argument(
        help: "A client's instance: the NAME of syncbox-client@NAME.", completion: .custom(Instances.completions))
    var instance: String

    @Argument(help: "What to bring back: a path in the source, or the source's own path before it.")
    var path: String?

    @Flag(help: "List the versions of the path, and of what was below it, and bring nothing back.")
    var list = false

    @Option(help: "The version to bring back, as it is listed, instead of the newest.")
    var version: String?

    @Option(help: "Where it goes, instead of its place in the source.", completion: .file())
    var output: String?

    @Flag(help: "Replace files and symbolic links that are there.")
    var force = false

    @Flag(help: "The path is percent-encoded, as --json prints it: for names that are no UTF-8.")
    var encoded = false

    @Flag(help: "List as JSON, on one line.")
    var json = false

    @Option(
        help: "The client's settings, instead of \(DaemonKind.clientSettingsDirectory)/INSTANCE.conf.",
        completion: .file(extensions: ["conf"]))
    var config: String?

    @Option(help: "A file with a key that permits to read, instead of the client's.", completion: .file())
    var keyFile: String?

    func validate() throws {
        do {
            _ = try SettingsValue.name(instance)
        } catch {
            throw ValidationError("the instance's name \(error.wrong); \(error.right)")
        }
        if let version, KeptVersion(version) == nil {
            throw ValidationError("'\(version)' is no version; write one as it is listed.")
        }
        if isListing {
            guard version == nil, output == nil, !force else {
                throw ValidationError("Give a path, without --list, to bring something back.")
            }
        } else if json {
            throw ValidationError("--json is for listing.")
        }
    }

    private var isListing: Bool { path == nil || list }

    func run() async throws {
        if config == nil { try Instances.checkSettings(of: instance) }
        let client = try ClientInstance(instance, settings: config, keyFile: keyFile)
        let link = try KeptLink(client)
        let path = try relativePath(in: client.settings.source)
        if isListing {
            try await printList(of: path, link)
        } else {
            try await restore(path, link)
        }
    }

    /// The path below the source; its root where none is given.
    private func relativePath(in source: String) throws(CommandFailure) -> RelativePath {
        guard var bytes = encoded ? path.map({ PercentEncoding.decode($0) ?? [0] }) : Array((path ?? "").utf8) else {
            return .root
        }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        let prefix = Array(source.utf8)
        if bytes.starts(with: prefix), bytes.dropFirst(prefix.count).first.map({ $0 == UInt8(ascii: "/") }) ?? true {
            bytes = Array(bytes.dropFirst(prefix.count + 1))
        }
        do {
            return try RelativePath(bytes)
        } catch {
            throw CommandFailure(.usage, "the path can't be one in \(source): \(error)")
        }
    }

    private func printList(of path: RelativePath, _ link: KeptLink) async throws {
        if json {
            return print(try jsonText(await link.entries(of: path)))
        }
        var next: String?
        var isEmpty = true
        repeat {
            let page = try await link.page(of: path, after: next)
            for entry in page.entries { print(entry.line) }
            isEmpty = isEmpty && page.entries.isEmpty
            next = page.entries.isEmpty ? nil : page.next
        } while next != nil
        if isEmpty { print("nothing is kept (keep-deleted in the server's settings says how long something is)") }
    }

    private func restore(_ path: RelativePath, _ link: KeptLink) async throws {
        guard
            let plan = RestorePlan(
                try await link.entries(of: path), at: path, version: version.flatMap { KeptVersion($0) })
        else { throw CommandFailure(.protocolMismatch, "the server's answer is not understood: a path that is none") }
        guard !plan.items.isEmpty else {
            throw CommandFailure(.noInput, "nothing is kept of \(path)\(version.map { " in version \($0)" } ?? "")")
        }
        let target = try target(of: path, source: link.instance.settings.source)
        let work = RestoreEntries(link: link, root: target.root, from: path, to: target.path, isForced: force)
        let result = try await work.run(plan) { item, place in
            print("restored \(place) (\(item.version.reason.rawValue) \(item.version.timeText))")
        }
        for place in result.left { print("left \(place) alone: something is there") }
        if result.restored == 0, !result.left.isEmpty {
            throw CommandFailure(.cannotCreate, "nothing was restored; --force replaces files and links that are there")
        }
    }

    /// The tree that is written to, and the path that what is brought back gets in it.
    private func target(
        of path: RelativePath, source: String
    ) throws(CommandFailure) -> (root: Root, path: RelativePath) {
        var directory = source
        var place = path
        if let output {
            var name = output[...]
            while name.count > 1, name.last == "/" { name.removeLast() }
            let slash = name.lastIndex(of: "/")
            directory = slash.map { $0 == name.startIndex ? "/" : String(name[..<$0]) } ?? "."
            do {
                place = try RelativePath(String(slash.map { name[name.index(after: $0)...] } ?? name))
            } catch {
                throw CommandFailure(.usage, "--output \(output): \(error)")
            }
            if place.isRoot { throw CommandFailure(.usage, "--output needs a name that something can get") }
        }
        do throws(FileError) {
            return (try Root(opening: directory), place)
        } catch {
            throw CommandFailure(
                error.code == .permission ? .noPermission : .noInput, "cannot open the directory \(directory): \(error)"
            )
        }
    }
}

extension KeptEntry {
    /// One line without its end: when, why, how large, where, and the version to name.
    var line: String {
        let printable = relativePath?.description ?? path
        let what =
            switch kind {
            case .file: byteText(size ?? 0)
            case .directory: "directory"
            case .link: "link"
            }
        return "\(time)  \(padded(reason, 8))  \(padded(what, 10))  \(version)  \(printable)"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
