// SPDX-License-Identifier: Apache-2.0

/// How `syncbox`, `syncbox-server` and `syncbox-client` end. The numbers are those of sysexits.h, so that units and
/// scripts can tell what a restart may mend (`unavailable`, `temporaryFailure`, ...) from what needs a person
/// (`usage`, `noPermission`, `configuration`).
package enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done as asked; for a daemon: stopped when told to.
    case success = 0
    /// The command line is wrong (EX_USAGE).
    case usage = 64
    /// Source and destination differ: drift that an audit found, problems, or deletions that are held (EX_DATAERR).
    case difference = 65
    /// A named file or instance isn't there, or a file can't be read (EX_NOINPUT).
    case noInput = 66
    /// What the command needs isn't running or can't be reached (EX_UNAVAILABLE).
    case unavailable = 69
    /// A mistake in Syncbox itself (EX_SOFTWARE).
    case software = 70
    /// The operating system refused something basic: threads, descriptors, random bytes (EX_OSERR).
    case operatingSystem = 71
    /// An output file can't be created, for instance since it's there already (EX_CANTCREAT).
    case cannotCreate = 73
    /// Reading or writing failed (EX_IOERR).
    case inputOutput = 74
    /// It didn't work this time, and may the next: a timeout, a share that another client holds (EX_TEMPFAIL).
    case temporaryFailure = 75
    /// The other side's answer isn't what the protocol permits (EX_PROTOCOL).
    case protocolMismatch = 76
    /// The user may not do this: a control socket or a key refused it (EX_NOPERM).
    case noPermission = 77
    /// The settings have mistakes; all of them have been told (EX_CONFIG).
    case configuration = 78

    /// What the code means, as one line of a help text.
    package var meaning: String {
        switch self {
        case .success: "done as asked"
        case .usage: "the command line is wrong"
        case .difference: "source and destination differ"
        case .noInput: "what was named isn't there or can't be read"
        case .unavailable: "the daemon is down or can't be reached"
        case .software: "a mistake in Syncbox itself"
        case .operatingSystem: "the operating system refused something basic"
        case .cannotCreate: "an output file can't be created"
        case .inputOutput: "reading or writing failed"
        case .temporaryFailure: "it didn't work this time; trying again may help"
        case .protocolMismatch: "the other side's answer isn't understood"
        case .noPermission: "not permitted"
        case .configuration: "the settings have mistakes"
        }
    }
}
