// SPDX-License-Identifier: Apache-2.0

/// Who may write to a share: one client instance at a time.
///
/// A writer holds the lease from its first request until a while after its last one has been answered. Requests without a
/// writer's name (a person with curl) need no lease and respect none: they raise the sequence, so that the writer notices.
/// A pure value: time comes in from outside.
struct Lease<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How long a writer keeps the lease after its last request has been answered.
    static var term: Duration { .seconds(30) }

    /// Who is in the way.
    struct Holder: Hashable, Sendable {
        /// The name that the writer gave itself.
        var writer: String
        /// When the lease ends if the writer asks for nothing more; later while a request of its is being served.
        var end: Instant
    }

    private var holder: Holder?
    /// How many of the holder's requests are being served.
    private var requests = 0

    init() {}

    /// Takes or prolongs the lease for one request of `writer`, which `end(_:at:)` ends. Returns who holds it when that is
    /// another writer, and then nothing has changed. A writer is never in its own way.
    mutating func begin(_ writer: WriterName, at now: Instant) -> Holder? {
        if let holder = holder(at: now), holder.writer != writer.text { return holder }
        if holder?.writer != writer.text { requests = 0 }
        holder = Holder(writer: writer.text, end: now.advanced(by: Self.term))
        requests += 1
        return nil
    }

    /// A request that began has been answered.
    mutating func end(_ writer: WriterName, at now: Instant) {
        guard holder?.writer == writer.text, requests > 0 else { return }
        requests -= 1
        holder?.end = now.advanced(by: Self.term)
    }

    /// Who holds the lease now; nil for nobody.
    func holder(at now: Instant) -> Holder? {
        guard let holder, requests > 0 || now < holder.end else { return nil }
        return holder
    }
}

/// What a client instance calls itself in the header `Syncbox-Writer`.
struct WriterName: Hashable, Sendable {
    /// The longest name, in bytes.
    static let longest = 128

    /// The name.
    let text: String

    /// nil unless `text` is 1 to 128 printable ASCII characters.
    init?(_ text: String) {
        let printable = UInt8(ascii: " ")...UInt8(ascii: "~")
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(printable.contains) else { return nil }
        self.text = text
    }
}
