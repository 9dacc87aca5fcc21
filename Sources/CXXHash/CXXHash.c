// SPDX-License-Identifier: Apache-2.0

#include "CXXHash.h"

// All of the library lies in its header: nothing is linked, and the processor's best instructions are used.
#define XXH_INLINE_ALL
#include <xxhash.h>

xxhash_state *xxhash_new(void) {
    XXH3_state_t *state = XXH3_createState();
    if (state) XXH3_128bits_reset(state);
    return (xxhash_state *)state;
}

void xxhash_free(xxhash_state *state) { XXH3_freeState((XXH3_state_t *)state); }

void xxhash_reset(xxhash_state *state) { XXH3_128bits_reset((XXH3_state_t *)state); }

void xxhash_update(xxhash_state *state, const void *bytes, size_t count) {
    XXH3_128bits_update((XXH3_state_t *)state, bytes, count);
}

void xxhash_value(const xxhash_state *state, uint64_t *high, uint64_t *low) {
    XXH128_hash_t value = XXH3_128bits_digest((const XXH3_state_t *)state);
    *high = value.high64;
    *low = value.low64;
}
