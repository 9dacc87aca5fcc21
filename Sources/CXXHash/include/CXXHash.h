// SPDX-License-Identifier: Apache-2.0
//
// XXH3 with 128 bits (https://xxhash.com), of a content that comes in pieces: what tells chunks of files apart.
#ifndef SYNCBOX_CXXHASH_H
#define SYNCBOX_CXXHASH_H

#include <stddef.h>
#include <stdint.h>

/// A hash under way.
typedef struct xxhash_state xxhash_state;

/// A new hash of nothing so far; NULL without memory. To be given back to `xxhash_free`.
xxhash_state *_Nullable xxhash_new(void);
void xxhash_free(xxhash_state *_Nonnull state);
/// Begins again.
void xxhash_reset(xxhash_state *_Nonnull state);
/// Takes the next piece; `bytes` may be NULL where `count` is 0.
void xxhash_update(xxhash_state *_Nonnull state, const void *_Nullable bytes, size_t count);
/// The hash of all pieces so far.
void xxhash_value(const xxhash_state *_Nonnull state, uint64_t *_Nonnull high, uint64_t *_Nonnull low);

#endif
