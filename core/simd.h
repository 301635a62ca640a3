// Loops over floats that are worth compiling for each width of vectors.
#pragma once

// ZEROTH_SIMD_CLONES before a function: it is compiled for the widest vectors too, and the program picks when it
// starts. What it calls must be ZEROTH_INLINE to be part of that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define ZEROTH_SIMD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#define ZEROTH_INLINE inline __attribute__((always_inline))
#else
#define ZEROTH_SIMD_CLONES
#define ZEROTH_INLINE inline
#endif
