// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Every call of every change is made to fail, once alone and once with all that follow, as a kill does it.
@Suite struct DurableWriteTests {
    /// A change of a destination, and what a name may show at any moment of it.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Makes the destination as it is before.
        let prepare: @Sendable (Destination) throws -> Void
        let apply: @Sendable (Destination) throws -> Void
    }

    static let changes: [Change] = [
        Change(testDescription: "a new file") { _ in
        } apply: {
            try $0.commit("name", "new")
        },
        Change(testDescription: "a file over a file") {
            try $0.commit("name", "old content", mode: 0o600, seconds: 9)
        } apply: {
            try $0.commit("name", "new")
        },
        Change(testDescription: "a file over a symbolic link") {
            try $0.disk.link("name", to: "/etc/passwd")
        } apply: {
            try $0.commit("name", "new")
        },
        Change(testDescription: "a file over a directory with content") {
            try $0.disk.makeDirectory("name/a/b/c")
            try $0.disk.write("name/a/b/file", "content")
            try $0.disk.link("name/a/link", to: "/etc")
        } apply: {
            try $0.commit("name", "new")
        },
        Change(testDescription: "a symbolic link over a file") {
            try $0.commit("name", "old")
        } apply: {
            let link = Entry.symbolicLink(target: Array("target".utf8), modified: Timestamp(seconds: 3))
            _ = try $0.tree.publish($0.tree.staging.stageLink(link), at: path("name"))
        },
        Change(testDescription: "a new directory") { _ in
        } apply: {
            try $0.tree.makeDirectory(at: path("name"), mode: 0o700)
        },
        Change(testDescription: "a directory over a file") {
            try $0.commit("name", "old")
        } apply: {
            try $0.tree.makeDirectory(at: path("name"), mode: 0o700)
        },
        Change(testDescription: "a file moved over a file") {
            try $0.commit("name", "old")
            try $0.commit("other", "new")
        } apply: {
            try $0.tree.move(path("other"), to: path("name"), kind: .file)
        },
        Change(testDescription: "a removed file") {
            try $0.commit("name", "old")
        } apply: {
            try $0.tree.remove(path("name"))
        },
    ]

    @Test(
        "Whichever call fails, the destination shows the whole old or the whole new, and a restart sweeps the rest",
        arguments: changes)
    func neverTorn(_ change: Change) throws {
        let (old, new, count) = try outcomes(of: change)
        for call in 1...count {
            for fault in [FaultPlan.Fault.once(call, errno: EIO), .onward(call, errno: ENOSPC)] {
                let disk = try TemporaryTree()
                try apply(change, failing: fault, on: disk, old: old, new: new)
                let restarted = try Destination(at: disk)
                #expect(try restarted.staged() == [])
                if try restarted.listing() == old {
                    try change.apply(restarted)
                    #expect(try restarted.listing() == new)
                }
            }
        }
        #expect(count >= 1)
    }

    private func apply(
        _ change: Change, failing fault: FaultPlan.Fault, on disk: TemporaryTree, old: [String], new: [String]
    ) throws {
        let destination = try Destination(at: disk)
        try change.prepare(destination)
        try destination.settle()
        destination.faults.restart(fault)
        let error = failure { try change.apply(destination) }
        let now = try destination.listing()
        #expect(now == old || now == new, "\(now) after \(destination.faults.operations)")
        if error == nil { #expect(now == new, "success was claimed after \(destination.faults.operations)") }
    }

    /// The listings before and after the change, and how many calls it makes.
    private func outcomes(of change: Change) throws -> ([String], [String], Int) {
        let destination = try Destination()
        try change.prepare(destination)
        try destination.settle()
        let old = try destination.listing()
        destination.faults.restart()
        try change.apply(destination)
        return (old, try destination.listing(), destination.faults.operations.count)
    }
}
