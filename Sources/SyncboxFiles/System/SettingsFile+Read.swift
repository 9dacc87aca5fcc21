// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

extension SettingsFile {
    /// The longest settings file, in bytes.
    package static let longestFile = 1 << 20
    /// The most drop-ins that one settings file may have.
    package static let mostDropIns = 1_000

    /// Reads a settings file and its drop-ins: `PATH` first, then each `PATH.d/*.conf` in the order of the names' bytes;
    /// names that start with a dot are passed over, as systemd.unit(5) has it. Throws a mistake for each file that can't
    /// be read. Blocks.
    package static func readWithDropIns(_ path: String) throws(SettingsMistakes) -> [SettingsFile] {
        var files: [SettingsFile] = []
        var mistakes: [SettingsMistake] = []
        let directory = path + ".d"
        var paths = [path]
        do throws(FileError) {
            paths += try dropIns(in: directory)
        } catch  where error.code != .notFound {
            mistakes.append(mistake(in: directory, error))
        } catch {}
        for path in paths {
            do throws(FileError) {
                files.append(SettingsFile(name: path, bytes: try PlainFile.read(path, atMost: longestFile)))
            } catch {
                mistakes.append(mistake(in: path, error))
            }
        }
        guard mistakes.isEmpty else { throw SettingsMistakes(mistakes) }
        return files
    }

    private static func dropIns(in directory: String) throws(FileError) -> [String] {
        let names = try PlainFile.names(in: directory)
            .map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
        guard names.count <= mostDropIns else { throw FileError(.tooLarge, operation: "list", path: nil) }
        return names.map { "\(directory)/\($0)" }
    }

    private static func mistake(in path: String, _ error: FileError) -> SettingsMistake {
        let (wrong, right) =
            switch error.code {
            case .notFound: ("is not there", "create it, or name another")
            case .permission: ("may not be read", "give this user the right to read it")
            case .isDirectory: ("is a directory", "name the file in it")
            case .tooLarge: ("is too large", "at most \(longestFile) bytes and \(mostDropIns) drop-ins are read")
            default: ("can't be read: \(error)", "mend that first")
            }
        return SettingsMistake(file: path, wrong: wrong, right: right)
    }
}
