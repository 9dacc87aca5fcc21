// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Runs `body` while the source is edited.
func whileEdited(_ mirror: Mirror, seed: Int, _ body: () async throws -> Void) async throws {
    let (source, variables) = (mirror.source, mirror.variables.merging(["SEED": "\(seed)"]) { $1 })
    async let edited = script(churn, in: source, environment: variables)
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    try Data().write(to: URL(filePath: "\(mirror.directory)/stop"))
    _ = try await edited
    try result.get()
}

/// Edits the source at random, from a seed, until the file `$OUTSIDE/stop` is there.
private let churn = #"""
    RANDOM=$SEED
    until [ -e "$OUTSIDE/stop" ]; do
        n=n$((RANDOM % 40)); m=n$((RANDOM % 40))
        case $((RANDOM % 12)) in
            0 | 1 | 2) [ -d "$n" ] || seq $((RANDOM % 3000)) > "$n" ;;
            3) mkdir -p "$n" 2> /dev/null || : ;;
            4) [ ! -d "$n" ] || seq $((RANDOM % 100)) > "$n/$m" 2> /dev/null || : ;;
            5) rm -rf "$n" ;;
            6 | 7) [ "$n" = "$m" ] || mv "$n" "$m" 2> /dev/null || : ;;
            8) [ ! -f "$n" ] || echo more >> "$n" ;;
            9) [ -d "$n" ] || { seq $((RANDOM % 500)) > .new; mv .new "$n" 2> /dev/null || rm -f .new; } ;;
            10) [ ! -e "$n" ] || [ ! -e "$m" ] || [ "$n" = "$m" ] || {
                mv "$n" .aside; mv "$m" "$n" 2> /dev/null || :; mv .aside "$m" 2> /dev/null || mv .aside "$n" || : ; } ;;
            11) [ -d "$n" ] || head -c $((RANDOM * 20)) /dev/urandom > "$n" ;;
        esac
    done
    """#
