// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

/// The engine and the commit, as they are, in worlds where everything goes wrong that can. See README.md beside this file.
@Suite("Simulation") struct SimulationTests {
    /// How many seeds a run tries: `SYNCBOX_SEEDS`, from `SYNCBOX_FIRST_SEED` on.
    static let count = UInt64(environment("SYNCBOX_SEEDS") ?? "") ?? 1000
    static let first = UInt64(environment("SYNCBOX_FIRST_SEED") ?? "") ?? 1
    /// How many seeds a test case tries one after another.
    static let block: UInt64 = 50

    @Test(
        "Whatever goes wrong, nothing is torn, lost or removed by mistake, and at rest both sides are equal",
        arguments: Array(stride(from: first, to: first + count, by: Int(block))))
    func converges(from seed: UInt64) throws {
        for seed in seed..<min(seed + Self.block, Self.first + Self.count) {
            let failure = try Self.run(seed)
            #expect(failure == nil, "seed \(seed); try it alone: \(Self.command(seed))")
        }
    }

    @Test("Seeds that failed once pass", arguments: failedSeeds)
    func failedOnce(seed: UInt64) throws {
        #expect(try Self.run(seed) == nil, "seed \(seed); try it alone: \(Self.command(seed))")
    }

    @Test("A seed is the same world each time")
    func repeats() throws {
        var worlds: [[String]] = []
        for _ in 0..<2 {
            let world = try World(seed: 7)
            for _ in 0..<300 { try world.step() }
            worlds.append(world.server.tree.tree.all.map { "\($0.path) \($0.node.line)" })
        }
        #expect(worlds[0] == worlds[1])
    }

    private static func command(_ seed: UInt64) -> String {
        "SYNCBOX_FIRST_SEED=\(seed) SYNCBOX_SEEDS=1 swift test --filter Simulation"
    }

    /// Runs one world to its rest. Answers what went wrong.
    private static func run(_ seed: UInt64) throws -> String? {
        let world = try World(seed: seed)
        trace("seed \(seed) \(world.trouble)")
        for _ in 0..<250 where world.violations.isEmpty { try world.step() }
        guard world.violations.isEmpty else { return world.violations.joined(separator: "; ") }
        guard try world.rest() else { return "it never rests" }
        let wrong = world.violations + world.differences()
        return wrong.isEmpty ? nil : wrong.prefix(5).joined(separator: "; ")
    }
}
