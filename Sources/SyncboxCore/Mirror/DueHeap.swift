// SPDX-License-Identifier: Apache-2.0

/// Paths by the instant when they are due, the earliest first and equals in the order in which they came: a binary heap.
/// An entry is never changed; the owner tells stale ones by comparing `due` with what it knows of the path.
struct DueHeap<Instant: Comparable & Sendable>: Sendable {
    /// A path and when it is due.
    struct Item: Sendable {
        let due: Instant
        let order: UInt64
        let path: RelativePath
    }

    private var items: [Item] = []
    private var order: UInt64 = 0

    /// The entry that is due first.
    var first: Item? { items.first }

    var count: Int { items.count }

    mutating func insert(_ path: RelativePath, due: Instant) {
        items.append(Item(due: due, order: order, path: path))
        order += 1
        var child = items.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Item {
        items.swapAt(0, items.count - 1)
        let first = items.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < items.count else { break }
            let least = left + 1 < items.count && precedes(left + 1, left) ? left + 1 : left
            guard precedes(least, parent) else { break }
            items.swapAt(least, parent)
            parent = least
        }
        return first
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (items[left].due, items[left].order) < (items[right].due, items[right].order)
    }
}
