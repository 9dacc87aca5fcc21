// SPDX-License-Identifier: Apache-2.0

import Testing

/// Compares two trees by programs that know nothing of Syncbox.
enum Trees {
    /// Tells in what `destination` differs from `source`: nothing for equal trees.
    ///
    /// rsync(1) compares contents, types, modes and times; find(1) the same without contents, but times to the nanosecond,
    /// and names as bytes. What is `preserving`, in the words of the settings, is compared too; the mode of the destination
    /// itself is the operator's. `excluding` and `keeping` are patterns of rsync: what the ones name must be missing at the
    /// destination, and what the others name may be there beyond the source.
    static func difference(
        _ source: String, _ destination: String, excluding: [String] = [], keeping: [String] = [],
        preserving: String = ""
    ) async throws -> String {
        let variables = [
            "SOURCE": source, "DESTINATION": destination, "LC_ALL": "C",
            "EXCLUDED": excluding.joined(separator: "\n"), "KEPT": keeping.joined(separator: "\n"),
            "PRESERVED": preserving,
        ]
        return try await run("/bin/bash", ["-c", comparison], environment: variables).all
    }

    private static let comparison = #"""
        set -uo pipefail
        patterns=(--exclude=/.syncbox)
        while IFS= read -r pattern; do
            [[ -z $pattern ]] || patterns+=("--exclude=$pattern")
        done <<< "$EXCLUDED"
        while IFS= read -r pattern; do
            [[ -z $pattern ]] || patterns+=("--filter=P $pattern")
        done <<< "$KEPT"
        options=(--numeric-ids --delete --delete-excluded "${patterns[@]}" --filter='P /.syncbox')

        owner=
        if [[ $PRESERVED == *owner* ]]; then owner='%U %G'; else options+=(--no-owner --no-group); fi

        [[ $PRESERVED != *xattrs* ]] || options+=(-AX)
        [[ $PRESERVED != *hard-links* ]] || options+=(-H)

        # From inside, so that long paths stay as short as they can.
        cd "$SOURCE" && rsync -naic "${options[@]}" ./ "$DESTINATION/" 2>&1 | head -n 50

        if ((${#patterns[@]} == 1)); then
            list() {
                cd "$1" && find . -mindepth 1 -path ./.syncbox -prune -o -mindepth 1 \
                    \( -type d -printf "%P %y %m %T@ $owner\0" -o -printf "%P %y %m %T@ %s $owner %l\0" \) |
                    sort -z | tr '\n\0' '\1\n'
            }
            diff -a <(list "$SOURCE") <(list "$DESTINATION") | head -n 50
            if [[ $PRESERVED == *hard-links* ]]; then
                # The names of each file that has several, on one line.
                groups() {
                    cd "$1" && find . -path ./.syncbox -prune -o -type f -links +1 -printf '%n %i %P\n' | sort -k 3 |
                        awk '{ n[$2] = $1; names[$2] = names[$2] " " $3 } END { for (i in n) print n[i] names[i] }' | sort
                }
                diff <(groups "$SOURCE") <(groups "$DESTINATION") | head -n 50
            fi
            if [[ $PRESERVED == *xattrs* ]]; then
                attributes() {
                    cd "$1" && find . -mindepth 1 -path ./.syncbox -prune -o -mindepth 1 -not -type l -print0 | sort -z |
                        xargs -0r sh -c 'getfattr -d -m - "$@"; getfacl -np "$@"' sh
                }
                diff -a <(attributes "$SOURCE") <(attributes "$DESTINATION") | grep -v '^[<>] # \(owner\|group\)' |
                    grep '^[<>]' | head -n 50
            fi
        fi
        """#
}

extension Ended {
    /// All that was printed.
    var all: String { output + errors }
}
