// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension Root {
    /// Gives something open the extended attributes that `entry` has, and takes away what else of the mirrored ones is there;
    /// where `entry` leaves them open nothing is done. Returns what could not be done: each is tried.
    ///
    /// Comes after the owner, with which capabilities go, and before the mode: an access control list changes the mode's
    /// bits, and setting the mode afterwards puts it right without changing a list that fits.
    func setAttributes(_ entry: Entry, of descriptor: Descriptor, path: RelativePath?) throws(FileError) -> Shortfall? {
        guard let wanted = entry.attributes, entry.kind != .symbolicLink else { return nil }
        let there = try calls.attributes(of: descriptor, path: path)
        if there == wanted { return nil }
        try permitWriting(descriptor, path: path)
        let (old, new) = (Set(there.all), Set(wanted.all))
        let names = Set(new.map(\.name))
        var shortfall: Shortfall?
        // What goes makes room for what comes.
        for attribute in old where !names.contains(attribute.name) {
            shortfall = try shortfall.with(removeAttribute(attribute.name, of: descriptor, path: path))
        }
        // The lists come after `user.*`, by the order of names: they may end the owner's right to write.
        for attribute in wanted.all.reversed() where !old.contains(attribute) {
            shortfall = try shortfall.with(setAttribute(attribute, of: descriptor, path: path))
        }
        return shortfall
    }

    /// An attribute of `user.*` can be set only by who may write the content; the mode is set anew afterwards.
    private func permitWriting(_ descriptor: Descriptor, path: RelativePath?) throws(FileError) {
        let status = try calls.status(of: descriptor, path: path)
        guard status.stx_mode & 0o200 == 0, status.stx_uid == geteuid() else { return }
        try setMode(status.stx_mode & 0o7777 | 0o200, of: descriptor, path: path)
    }

    private func setAttribute(
        _ attribute: Attributes.Attribute, of descriptor: Descriptor, path: RelativePath?
    ) throws(FileError) -> Shortfall? {
        try shortfall { () throws(FileError) in
            try calls.make("setxattr", path) {
                withName(attribute.name) {
                    outcome(setxattr(descriptor.magicPath, $0, attribute.value, attribute.value.count, 0))
                }
            }
        }
    }

    private func removeAttribute(
        _ name: [UInt8], of descriptor: Descriptor, path: RelativePath?
    ) throws(FileError) -> Shortfall? {
        try shortfall { () throws(FileError) in
            try calls.make("setxattr", path) { withName(name) { outcome(removexattr(descriptor.magicPath, $0)) } }
        }
    }

    private func shortfall(_ body: () throws(FileError) -> Int) throws(FileError) -> Shortfall? {
        do throws(FileError) {
            _ = try body()
        } catch {
            switch error.code {
            case .permission, .unsupported, .tooLarge, .noSpace: return Shortfall(lacking: [.xattrs], error: error)
            default: throw error
            }
        }
        return nil
    }
}
