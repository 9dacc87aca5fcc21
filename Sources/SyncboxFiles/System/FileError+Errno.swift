// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The only place where an `errno` becomes an error.
extension FileError {
    /// The error that `errno` is when `operation` sets it.
    package init(errno: Int32, operation: String, path: RelativePath?) {
        self.init(
            Code(errno: errno, operation: operation), errno: errno, cause: String(cString: linux_error_text(errno)),
            operation: operation, path: path)
    }
}

extension FileError.Code {
    /// What `errno` means when `operation` sets it (errno(3), and the ERRORS section of the operation's own page).
    init(errno: Int32, operation: String) {
        switch errno {
        case ENOENT: self = .notFound
        case ENOTDIR: self = .notDirectory
        case EISDIR: self = .isDirectory
        case EEXIST: self = .exists
        case EACCES, EPERM: self = .permission
        case EROFS: self = .readOnly
        case ENOSPC where operation == "watch": self = .noWatches
        case ENOSPC where operation == "setxattr": self = .tooLarge
        case E2BIG, ERANGE: self = .tooLarge
        case ENOSPC, EDQUOT: self = .noSpace
        case ENAMETOOLONG: self = .nameTooLong
        case EXDEV where operation == "open": self = .escapes
        case EXDEV: self = .crossDevice
        case ENOTEMPTY: self = .notEmpty
        case ELOOP: self = .escapes
        case EBUSY, ETXTBSY, EAGAIN: self = .busy
        case EIO, ENXIO, ENODEV, ESTALE, ENOTCONN, EREMOTEIO, EUCLEAN, ENOMEDIUM, EMEDIUMTYPE: self = .inputOutput
        case EMFILE, ENFILE: self = .tooManyOpen
        case EFBIG: self = .tooLarge
        case EOPNOTSUPP, ENOSYS, EINVAL, EILSEQ, EMLINK: self = .unsupported
        default: self = .other
        }
    }
}
