#pragma once
// What a fuzz target allocates while it runs comes from an arena: a pointer that moves on, and back
// to the start when the input is done. That takes a few nanoseconds where the allocator of
// AddressSanitizer takes a few hundred, and gives up nothing that is looked for:
//
//  - Under AddressSanitizer the octets around each block, and each block that was freed, are
//    poisoned, and no address is used twice for one input: a read behind a block or of a freed one
//    is reported as ever.
//  - What is still there when the input is done was lost, unless it is a static thing that was
//    built on the way. The input is run once more: what is lost again is a `violation`.
//
//   run_in_arena(fuzz_decode, input);
//
// Linked into the fuzzers and the replay program only. Under MemorySanitizer, and for over-aligned
// blocks, the usual allocator does the work. One thread.

#include <cstddef>

#include "base/bytes.h"

namespace mqttspec::fuzz {

// Runs |run| on |input| and gives what it gives. Throws what it throws; what was allocated by then
// is left alone.
int run_in_arena(int (*run)(byte_view input), byte_view input);

}  // namespace mqttspec::fuzz
