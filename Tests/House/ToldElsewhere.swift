// SPDX-License-Identifier: Apache-2.0

/// Declarations whose promise stands somewhere else: what a protocol asks for is told there, and what an initializer
/// does that takes stored properties under their own names, or nothing at all, is told at the properties.
enum ToldElsewhere {
    /// What Swift's own protocols ask for. Types often have these without naming the protocol where they have them.
    private static let bySwift: Set = [
        "==", "<", "hash(into", "description", "debugDescription", "encode(to", "init(from", "next(", "makeIterator(",
        "makeAsyncIterator(", "rawValue", "init(rawValue",
    ]
    /// What other protocols ask for, our own among them; holds where the file names the protocol.
    private static let byProtocol: [String: Set<String>] = [
        "Destination": ["stage(", "stageLink(", "stageIntent(", "intents(", "discard(", "count(in", "shortfall(of"],
        "HTTPResponseError": ["response(from"],
        "LogHandler": ["metadata", "metadataProvider", "logLevel", "subscript (metadataKey", "log(event"],
        "RouterMiddleware": ["handle("],
        "Service": ["run("],
        "SettingsKey": ["section", "isNamed", "example"],
        "TaskExecutor": ["enqueue("],
    ]

    /// Whether `declaration`, at the line `index` of `file`, needs no comment of its own.
    static func covers(_ declaration: String, at index: Int, in file: HouseFile) -> Bool {
        if declaration.hasPrefix("enum"), declaration.contains(": CodingKey ") || declaration.contains(", CodingKey ") {
            return true
        }
        if declaration.hasPrefix("init(") { return isFrom(bySwift, declaration) || takesProperties(index, in: file) }
        let signature =
            declaration.hasPrefix("subscript") ? declaration : String(declaration.drop { $0 != " " }.dropFirst())
        return isFrom(bySwift, signature)
            || byProtocol.contains { name, members in isFrom(members, signature) && names(name, in: file) }
    }

    /// Whether `signature` begins with one of `members`, and not with a longer name.
    private static func isFrom(_ members: Set<String>, _ signature: String) -> Bool {
        members.contains { name in
            guard signature.hasPrefix(name) else { return false }
            return signature.dropFirst(name.count).first.map { !$0.isLetter && $0 != "=" } ?? true
        }
    }

    /// Whether `file` says of a type that it is a `name`.
    private static func names(_ name: String, in file: HouseFile) -> Bool {
        file.code.contains { line in
            line.contains(":") && line.split { !$0.isLetter && !$0.isNumber }.dropFirst().contains(name[...])
        }
    }

    /// Whether every parameter of the initializer has the name of a stored property of the file.
    private static func takesProperties(_ index: Int, in file: HouseFile) -> Bool {
        if file.code[index].hasSuffix("init() {}") { return true }
        let labels = parameterLabels(of: file.code[index...].joined(separator: " "))
        return !labels.isEmpty && labels.allSatisfy { label in file.code.contains { isProperty(label, in: $0) } }
    }

    private static func isProperty(_ name: String, in line: String) -> Bool {
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        guard let keyword = words.firstIndex(where: { $0 == "let" || $0 == "var" }) else { return false }
        return words[(keyword + 1)...].first == name[...] && line.contains("\(name):")
    }

    /// The labels between the first parenthesis and the one that closes it.
    private static func parameterLabels(of signature: String) -> [String] {
        var labels: [String] = []
        var depth = 0
        var word = ""
        var isLabel = true
        // An arrow's head closes nothing.
        let signature = signature.replacing("->", with: "  ")
        for character in signature[(signature.firstIndex(of: "(") ?? signature.endIndex)...] {
            switch character {
            case "(", "[", "{", "<": depth += 1
            case ")", "]", "}", ">": depth -= 1
            case "," where depth == 1: (word, isLabel) = ("", true)
            case ":" where depth == 1 && isLabel:
                labels.append(String(word.split(separator: " ").first ?? ""))
                isLabel = false
            default: if depth == 1, isLabel { word.append(character) }
            }
            if depth == 0 { break }
        }
        return labels
    }
}
