// SPDX-License-Identifier: Apache-2.0

/// What failed on a file tree, where, and why.
///
/// No text of it tells where the tree lies in the file system: paths are relative to the root, so that an answer to a client
/// gives nothing away. Where an `errno` becomes an error is `SyncboxFiles/System/FileError+Errno.swift`.
package struct FileError: Error, Hashable, Sendable {
    /// What kind of trouble it is: what a caller decides on.
    package enum Code: Hashable, Sendable, CaseIterable {
        /// Nothing is at the path (ENOENT).
        case notFound
        /// A name above the path is no directory, or the path itself should be one and isn't (ENOTDIR).
        case notDirectory
        /// A directory is where something else was expected (EISDIR).
        case isDirectory
        /// The name is taken (EEXIST).
        case exists
        /// The access is not permitted (EACCES, EPERM).
        case permission
        /// The file system is mounted read-only (EROFS).
        case readOnly
        /// The file system or the quota is used up (ENOSPC, EDQUOT).
        case noSpace
        /// A name or a path is longer than the file system takes (ENAMETOOLONG).
        case nameTooLong
        /// The two places are on different file systems (EXDEV of a rename, a copy).
        case crossDevice
        /// The directory still holds something (ENOTEMPTY).
        case notEmpty
        /// A symbolic link stands on the way, or the way leads out of the root (ELOOP, EXDEV of an open).
        case escapes
        /// It is in use, or changed while it was read (EBUSY, ETXTBSY, EAGAIN).
        case busy
        /// Reading or writing failed below the file system (EIO and its kin).
        case inputOutput
        /// The process or the system has no more descriptors or inotify instances (EMFILE, ENFILE).
        case tooManyOpen
        /// No more directories can be watched (ENOSPC of inotify_add_watch).
        case noWatches
        /// It is longer than the caller is ready to take, or than there is room for (EFBIG, E2BIG, ERANGE, ENOSPC of an
        /// attribute).
        case tooLarge
        /// The file system or the kernel can't do this (EOPNOTSUPP, ENOSYS, EINVAL, EILSEQ).
        case unsupported
        /// The name is Syncbox's own.
        case reserved
        /// Anything else.
        case other
    }

    /// What a caller decides on.
    package let code: Code
    /// The number that the kernel gave, or 0 where no system call failed.
    package let errno: Int32
    /// What the system calls that number.
    private let cause: String?
    /// What was tried, as the system call's name without its variant: `open`, `rename`, `sync`.
    package let operation: String
    /// Where, below the root; nil where it concerns no one path.
    package let path: RelativePath?

    /// An error that no system call reported.
    package init(_ code: Code, operation: String, path: RelativePath?) {
        self.code = code
        errno = 0
        cause = nil
        self.operation = operation
        self.path = path
    }

    /// The error that a system call reported by `errno`, which means `code`; `cause` is its text for people.
    package init(_ code: Code, errno: Int32, cause: String, operation: String, path: RelativePath?) {
        self.code = code
        self.errno = errno
        self.cause = cause
        self.operation = operation
        self.path = path
    }

    /// Whether nothing is at the path: it is missing, or what should be a directory above it is something else.
    package var isAbsence: Bool {
        code == .notFound || code == .notDirectory || code == .escapes
    }

    /// How the trouble is told to people, and on the wire.
    package var problemKind: ProblemKind {
        switch code {
        case .permission, .readOnly: .permission
        case .busy: .busy
        case .inputOutput: .inputOutput
        case .noSpace: .noSpace
        case .nameTooLong, .unsupported, .tooLarge, .crossDevice: .unsupported
        case .noWatches: .unwatched
        case .reserved: .reserved
        case .notFound, .notDirectory, .isDirectory, .exists, .notEmpty, .escapes, .tooManyOpen, .other: .other
        }
    }
}

extension FileError.Code {
    /// What a person can do about it; nil where the error speaks for itself.
    fileprivate var remedy: String? {
        switch self {
        case .noSpace: "free space or raise the quota on its file system"
        case .readOnly: "mount its file system writable"
        case .permission: "give the service's user access"
        case .tooManyOpen: "raise LimitNOFILE= of the unit or fs.inotify.max_user_instances"
        case .noWatches: "raise the sysctl fs.inotify.max_user_watches"
        case .escapes: "a symbolic link stands on the way: replace it by a directory"
        case .reserved: "the name belongs to Syncbox: rename it"
        case .inputOutput: "look for trouble with the disk in the kernel's log"
        default: nil
        }
    }

    /// What is the matter, where no `errno` says it.
    fileprivate var word: String {
        switch self {
        case .busy: "it changed meanwhile or is locked"
        case .tooLarge: "it is longer than was expected"
        case .reserved: "the name is reserved"
        case .isDirectory: "it is a directory"
        case .notDirectory: "it is no directory"
        case .unsupported: "it is of a kind that is not mirrored"
        case .noWatches: "no more directories can be watched"
        default: "\(self)"
        }
    }
}

extension FileError {
    /// What a server needs to give files away, to go on writing to them afterwards, and to give programs capabilities.
    package static let owningCapabilities = "CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_DAC_OVERRIDE CAP_SETFCAP"

    /// What a person can do about it; nil where the error speaks for itself.
    private var remedy: String? {
        switch (operation, code) {
        case ("chown", .permission), ("setxattr", .permission):
            """
            to let the server do this, write a drop-in for its unit with the lines [Service], \
            AmbientCapabilities=\(Self.owningCapabilities) and CapabilityBoundingSet=\(Self.owningCapabilities)
            """
        case ("setxattr", .tooLarge): "the destination's file system has no room for so many attributes"
        default: code.remedy
        }
    }
}

extension FileError: CustomStringConvertible {
    /// For people: what failed, where (relative to the root), why, and what helps.
    package var description: String {
        let place = path.map { " of \($0)" } ?? ""
        let cause = cause ?? code.word
        let help = remedy.map { "; \($0)" } ?? ""
        return "\(operation)\(place) failed: \(cause)\(help)"
    }
}
