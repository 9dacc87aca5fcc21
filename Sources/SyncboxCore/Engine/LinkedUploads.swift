// SPDX-License-Identifier: Apache-2.0

/// Large files with several names of which one is being uploaded: the others wait for it, and become names of it.
struct LinkedUploads {
    private var leaders: [Identity: RelativePath] = [:]
    private var followers: [RelativePath: Set<RelativePath>] = [:]

    /// Notes that the file is uploaded under this name.
    mutating func begin(_ leader: RelativePath, _ identity: Identity) {
        leaders[identity] = leader
    }

    /// Lets `path` wait for the upload of the same file under another name. False where there is none.
    mutating func follow(_ path: RelativePath, _ identity: Identity) -> Bool {
        guard let leader = leaders[identity], leader != path else { return false }
        followers[leader, default: []].insert(path)
        return true
    }

    /// The upload has ended, or failed: who waited for it.
    mutating func end(_ leader: RelativePath) -> [RelativePath] {
        leaders = leaders.filter { $0.value != leader }
        return followers.removeValue(forKey: leader)?.sorted() ?? []
    }
}
