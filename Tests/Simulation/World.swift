// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A whole mirror in one value of time: a source that is edited, a watch, the client's engine, a network, the server's commit, and
/// a destination. Everything that happens follows from the seed.
final class World {
    /// What may go wrong in this run: each run has some of it, so that nothing hides behind the rest.
    struct Trouble {
        var events = false
        var files = false
        var network = false
        var clientCrashes = false
        var serverCrashes = false
        var power = false
        var oldRecords = false
        var unmounts = false
        var tampering = false
        var haste = false

        init(_ random: inout SplitMix) {
            func draw() -> Bool { Int.random(in: 0..<3, using: &random) == 0 }
            events = draw()
            files = draw()
            network = draw()
            clientCrashes = draw()
            serverCrashes = draw()
            power = draw()
            oldRecords = draw()
            unmounts = draw()
            tampering = draw()
            haste = draw()
        }
    }

    /// Work of the engine that has begun and not ended.
    enum Flight {
        case state
        case page(after: RelativePath?, ManifestProgress)
        case upload(RelativePath, SimulatedTree.Node?)
        case batch(BatchPlan)
        /// What the server answered to a batch, on its way back.
        case reply(BatchPlan, BatchReply)
    }

    let source: SimulatedSource
    let record = SimulatedRecord()
    let server: SimulatedServer
    let trouble: Trouble
    var random: SplitMix
    var mirror: Mirror<SimulatedSource, SimulatedRecord>
    var watch: SimulatedWatch
    var editor: Editor
    var flights: [Flight] = []
    /// What each name of the source has ever held.
    private(set) var versions: [RelativePath: Set<Digest>] = [:]
    /// What is outside of the destination, in a thorough world.
    var outside: [String] = []
    /// Whether the destination may hold entries that no record tells of.
    var hasStrangers = false
    /// Whether nobody edits any more.
    var isResting = false
    /// Whether nothing goes wrong any more. While the source rests the server goes on crashing for a while.
    var isCalm = false
    /// Whether only a comparison can find what differs by now.
    var needsComparison = false
    /// Whether entries of the destination were changed behind its server's back, and it was not started since.
    var isTampered = false
    /// What is mirrored beyond content, mode and time; nil in worlds without owners, attributes and hard links.
    var preserving: Preserving?
    /// What went wrong that must not.
    var violations: [String] = []

    private let start = ContinuousClock.now
    private var elapsed = Duration.zero
    /// How far the machines' clock is from where it began, in seconds: in every fourth world somebody sets it, back too.
    private var clockSteps: Int64 = 0
    private var clockRandom: SplitMix?
    /// What makes large files grow; nil in most worlds.
    var growth: Growth?

    init(seed: UInt64) throws {
        random = SplitMix(seed: seed)
        if seed.isMultiple(of: 4) { clockRandom = SplitMix(seed: ~seed) }
        growth = Growth(seed: seed)
        trouble = Trouble(&random)
        let tree = SimulatedTree(now: Timestamp(seconds: 1_000_000))
        source = try SimulatedSource(tree: tree, ignoring: "*.tmp", seed: random.next())
        let destination = SimulatedDestination(tree: tree, seed: random.next())
        server = SimulatedServer(tree: destination, epoch: random.next())
        watch = SimulatedWatch(source: source)
        editor = Editor(source: source, watch: watch)
        mirror = Mirror(source: source, record: record, options: Self.options(seed, growth))
        preserving = Preserving(seed: seed)
        destination.tamper { $0.link($0.make(.file), at: Self.stranger) }
        destination.syncAll()
        if trouble.events { watch.longestQueue = 8 }
        source.beforeLooking = { [unowned self] in goOnEditing() }
        source.whileReading = { [unowned self] path in changeWhileReading(path) }
        beginPreserving(seed)
        for _ in 0..<Int.random(in: 0..<15, using: &random) { editor.edit(&random) }
        noteVersions()
    }

    static func options(
        _ seed: UInt64, _ growth: Growth?, preserving preserved: Set<Preserve> = [], isHolding: Bool = false
    ) -> Mirror<SimulatedSource, SimulatedRecord>.Options {
        let retry = RetryPolicy(attempts: growth == nil ? 10 : Growth.attempts)
        return .init(
            startup: .reconcile, preserved: preserved, limits: .init(retry: retry),
            brake: .init(percent: 50, count: 1000), isHolding: isHolding,
            leastToFollow: seed.isMultiple(of: 2) ? 1 : 100, seed: seed)
    }

    /// An entry of the destination that is nobody's.
    static let stranger = path("mine")

    static func path(_ text: String) -> RelativePath {
        guard let path = try? RelativePath(text) else { preconditionFailure("\(text) is a path") }
        return path
    }

    // MARK: - Time

    var moment: Moment {
        let (seconds, attoseconds) = elapsed.components
        // The kernel stamps in steps of 4 ms.
        let nanoseconds = attoseconds / 1_000_000_000 / 4_000_000 * 4_000_000
        return Moment(
            instant: start.advanced(by: elapsed),
            wall: Timestamp(seconds: 1_000_000 + seconds + clockSteps, nanoseconds: UInt32(nanoseconds)))
    }

    func pass(_ time: Duration) {
        elapsed += time
        if clockRandom?.next().isMultiple(of: 60) ?? false {
            clockSteps += Int64(bitPattern: clockRandom?.next() ?? 0) % 100_000
        }
        source.tree.now = moment.wall
        server.tree.setTime(moment.wall)
    }

    // MARK: - Steps

    func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    /// Something happens.
    func step() throws {
        pass(
            .milliseconds(
                chance(30) ? Int.random(in: 0..<3000, using: &random) : Int.random(in: 0..<12, using: &random)))
        source.failures = trouble.files && chance(2) ? 40 : 0
        server.tree.failures = trouble.files && chance(2) ? 25 : 0
        server.failsToRecord = trouble.files && chance(30)
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<4:
            editor.edit(&random)
            noteVersions()
        case 4..<6: try deliver(Int.random(in: 1...6, using: &random))
        case 6..<8: try runEngine()
        case 8..<11: try performOne(mayFail: trouble.network)
        default: try accident()
        }
        checkDestination()
    }

    func noteVersions() {
        trace(
            "source: " + source.tree.all.map { "\($0.path)#\($0.node.inode)\($0.node.content)" }.joined(separator: " "))
        for (path, node) in source.tree.all where node.kind == .file { versions[path, default: []].insert(node.digest) }
        if editor.hasEditedUnseen { needsComparison = true }
    }

    private func changeWhileReading(_ path: RelativePath) {
        guard trouble.files, chance(12), let inode = source.tree.inode(at: path) else { return }
        source.tree.change(inode) { $0.content.append(251) }
        noteVersions()
        if let directory = path.parent.flatMap({ source.tree.inode(at: $0) }) {
            watch.touched(directory, Array(path.name), .modified)
            watch.touched(directory, Array(path.name), .closed)
        }
    }

    /// Nothing waits while the engine looks: what it finds at one path, and then at another, was never there together.
    private func goOnEditing() {
        guard trouble.haste, !isResting, chance(10) else { return }
        editor.edit(&random)
        noteVersions()
    }

    func deliver(_ count: Int) throws {
        do {
            let events = watch.take(count, mixed: &random)
            if !events.isEmpty { trace("events \(events)") }
            try mirror.take(events, at: moment.instant)
        } catch is SourceGone {
            restartClient()
        }
    }

    /// What the engine's loop does when it is woken.
    func runEngine() throws {
        mirror.sweep(at: moment.instant)
        _ = try mirror.stepRescan(at: moment.instant)
        for work in mirror.takeWork(at: moment.instant) {
            switch work {
            case .align: flights.append(.state)
            case .upload(let path): flights.append(.upload(path, source.isMounted ? source.tree.node(at: path) : nil))
            case .batch(let paths): try plan(paths)
            }
        }
        for notice in mirror.takeNotices() {
            trace("notice \(notice)")
            if case .watch = notice { needsComparison = needsComparison || !source.closed.isEmpty }
        }
    }

    private func plan(_ paths: [RelativePath]) throws {
        do {
            guard let plan = try mirror.planBatch(paths, at: moment) else { return }
            trace("plan \(paths) \(plan.changes)")
            checkEvidence(plan)
            if plan.changes.isEmpty {
                try mirror.confirm(plan, nil, at: moment.instant)
            } else {
                flights.append(.batch(plan))
            }
        } catch is SourceGone {
            if source.isMounted { violations.append("the source is given up though it stands") }
            restartClient()
        }
    }

    // MARK: - The network

    /// Ends one piece of work that is on its way.
    func performOne(mayFail: Bool) throws {
        guard let index = flights.indices.randomElement(using: &random) else { return }
        let flight = flights.remove(at: index)
        let isCut = mayFail && chance(4)
        switch flight {
        case .state:
            if isCut { return mirror.failAligning(cut, at: moment.instant) }
            try next(mirror.aligned(with: server.state, at: moment.instant), ManifestProgress())
        case .page(let after, var progress):
            if isCut { return mirror.failAligning(cut, at: moment.instant) }
            trace("page \(server.page(after: after).items.map(\.path))")
            let alignment = try mirror.aligned(with: server.page(after: after), &progress, at: moment.instant)
            next(alignment, progress)
        case .upload(let path, let node): upload(path, node, isCut: isCut)
        case .batch(let plan): try send(plan, isCut: isCut)
        case .reply(let plan, let reply): take(reply, to: plan, isCut: isCut)
        }
    }

    private func take(_ reply: BatchReply, to plan: BatchPlan, isCut: Bool) {
        if isCut { return mirror.putBack(plan, after: cut, at: moment.instant) }
        try? mirror.confirm(plan, reply, at: moment.instant)
    }

    private let cut = LinkError(kind: .away, reason: "cut")

    private func next(_ alignment: Mirror<SimulatedSource, SimulatedRecord>.Alignment, _ progress: ManifestProgress) {
        if case .needsPage(let after) = alignment { flights.append(.page(after: after, progress)) }
    }

    /// `node` is what was at the path when the upload began to read it.
    private func upload(_ path: RelativePath, _ node: SimulatedTree.Node?, isCut: Bool) {
        if isCut { return mirror.failUpload(path, cut, at: moment.instant) }
        guard let node, node.kind == .file, source.isMounted else {
            let error = FileError(.notFound, operation: "open", path: path)
            return mirror.failUpload(path, error, at: moment.instant)
        }
        var observed = node.observed(preserving: source.preserved)
        growMeanwhile(node)
        guard isStable(node, at: path) else {
            return mirror.failUpload(path, FileError(.busy, operation: "read", path: path), at: moment.instant)
        }
        observed.entry.digest = node.digest
        let isKnown = mirror.uploads.confirmed(at: path)?.digest == node.digest
        let id = isKnown ? nil : server.upload(node.content)
        let ready = UploadQueue.Ready(observed: observed, upload: id, isGrowing: mayGrow(node, at: path))
        mirror.endUpload(path, ready, sent: isKnown ? 0 : 1, at: moment.instant)
    }

    private func send(_ plan: BatchPlan, isCut: Bool) throws {
        let crashes = trouble.serverCrashes && !isCalm && chance(5)
        if crashes { server.tree.callsLeft = Int.random(in: 0..<40, using: &random) }
        let way = Int.random(in: 0..<3, using: &random)
        do throws(LinkError) {
            if isCut, way == 0 { throw cut }
            if isCut, way == 1 { _ = try post(plan.body.prefix(Int.random(in: 0..<plan.body.count, using: &random))) }
            if trouble.network, chance(15) { _ = try post(plan.body[...]) }
            let reply = try post(plan.body[...])
            if isCut || crashes { throw cut }
            // Two answers may come in another order than they were sent in.
            if chance(2) { flights.append(.reply(plan, reply)) } else { take(reply, to: plan, isCut: false) }
        } catch {
            mirror.putBack(plan, after: error, at: moment.instant)
        }
        if crashes { try restartServer() }
    }

    private func post(_ body: ArraySlice<UInt8>) throws(LinkError) -> BatchReply {
        let reply = try server.post(body)
        if !isTampered, !server.isDoubtful, !server.tree.hasStopped { checkDurable() }
        return reply
    }

    // MARK: - Accidents

    private func accident() throws {
        trace("accident")
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where trouble.clientCrashes:
            if trouble.power { record.loseLast(Int.random(in: 0...3, using: &random)) }
            restartClient()
        case 1 where trouble.serverCrashes: try restartServer()
        case 2 where trouble.oldRecords && chance(2):
            chance(2) ? record.loseAll() : record.loseLast(5)
            restartClient()
        case 3 where trouble.oldRecords && chance(2):
            hasStrangers = true
            if chance(2) { server.loseCatalog(epoch: random.next()) } else { server.restoreOldCatalog() }
            try restartServer()
        case 4 where trouble.unmounts:
            // What is mounted over the open mount point, or in the place of what is gone, is seen by the next daemon alone.
            if source.isMounted { source.isMounted = false } else { restartClient() }
        case 5 where trouble.tampering: tamper()
        case 6 where trouble.files: closeOrOpen()
        default: break
        }
    }

    /// The engine ends where it stands, and another begins with the record that there is.
    func restartClient() {
        trace("client restarts")
        for case .batch(let plan) in flights where chance(2) { _ = try? post(plan.body[...]) }
        flights = []
        // A daemon that is started too early opens the mount point; the next one what is mounted there by then.
        source.isMounted = !trouble.unmounts || chance(3)
        source.isMountPointOpen = !source.isMounted
        watch = SimulatedWatch(source: source)
        if trouble.events { watch.longestQueue = 8 }
        editor.watch = watch
        preserving?.askAnew(&random)
        source.preserved = preserving?.asked ?? []
        mirror = Mirror(
            source: source, record: record,
            options: Self.options(random.next(), growth, preserving: source.preserved, isHolding: record.isHolding))
    }

    func restartServer() throws {
        trace("server restarts")
        defer {
            trace("destination: " + server.tree.tree.all.map { "\($0.path)#\($0.node.inode)" }.joined(separator: " "))
        }
        isTampered = false
        preserving?.restart(&random)
        server.tree.refused = preserving?.refused ?? []
        try server.restart(withPower: trouble.power && chance(2))
        for flight in flights {
            if case .upload(let path, _) = flight { mirror.failUpload(path, cut, at: moment.instant) }
        }
        flights.removeAll { if case .upload = $0 { true } else { false } }
    }

    /// A directory of the source may not be entered, or may be again.
    private func closeOrOpen() {
        let directories = source.tree.all.filter { $0.node.kind == .directory }.map(\.node.inode)
        needsComparison = true
        if let directory = directories.randomElement(using: &random), source.closed.isEmpty {
            source.closed = [directory]
        } else {
            source.closed = []
        }
    }
}
