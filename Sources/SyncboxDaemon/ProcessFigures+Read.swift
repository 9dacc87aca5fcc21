// SPDX-License-Identifier: Apache-2.0
import Glibc
import SyncboxCore
import SyncboxFiles

extension ProcessFigures {
    /// What the system counts of this process, by proc(5), getrusage(2) and getrlimit(2). Blocks for a moment.
    package static func current() -> ProcessFigures {
        var figures = ProcessFigures()
        figures.started = processStart
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            figures.processorTime = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)
        }
        let pages = text("/proc/self/statm")?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
        figures.residentMemory = pages.map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) }
        figures.openDescriptors = (try? PlainFile.names(in: "/proc/self/fd")).map { UInt64(max(0, $0.count - 1)) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.mostDescriptors = UInt64(limit.rlim_cur)
        }
        return figures
    }

    /// The longest of the files that are read, in bytes.
    private static let longestFile = 64 << 10

    /// When this process started, in whole hundredths of a second: the machine's start, and the ticks since then
    /// (proc_pid_stat(5), field 22; the name before it may hold spaces, but ends with the last parenthesis).
    private static let processStart: Timestamp? = {
        let fields = text("/proc/self/stat")?.split(separator: ")").last?.split(separator: " ")
        let boot = text("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }?.split(separator: " ")
            .last
        guard let fields, fields.count > 19, let ticks = UInt64(fields[19]), let boot = boot.flatMap({ Int64($0) })
        else {
            return nil
        }
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: UInt64(sysconf(Int32(_SC_CLK_TCK))))
        return Timestamp(seconds: boot + Int64(seconds), nanoseconds: UInt32(rest) * 10_000_000)
    }()

    private static func text(_ path: String) -> String? {
        (try? PlainFile.read(path, atMost: longestFile)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1_000
    }
}
