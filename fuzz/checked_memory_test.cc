// What is put in front of AddressSanitizer's memset and memcpy sees what they see.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace mqttspec::fuzz {
namespace {

using hundred = std::array<char, 100>;

// Out of sight of the optimizer, which would leave out what nobody reads.
__attribute__((noinline)) void clear(void* p) {
  *static_cast<hundred*>(p) = hundred{};
  asm volatile("" ::"r"(p) : "memory");
}
__attribute__((noinline)) void copy(void* to, const void* from) {
  *static_cast<hundred*>(to) = *static_cast<const hundred*>(from);
  asm volatile("" ::"r"(to) : "memory");
}

struct free_it {
  void operator()(void* p) const { std::free(p); }
};
std::unique_ptr<void, free_it> block(std::size_t size) {
  return std::unique_ptr<void, free_it>(std::calloc(1, size));
}

TEST(checked_memory, writes_and_copies_what_it_may) {
  for (const std::size_t size : {100u, 101u, 104u, 200u}) {
    const auto to = block(size);
    const auto from = block(size);
    auto* octets = static_cast<char*>(from.get());
    for (int i = 0; i < 100; ++i) octets[i] = static_cast<char>(i);
    copy(to.get(), from.get());
    EXPECT_EQ(std::memcmp(to.get(), from.get(), 100), 0);
    clear(to.get());
    for (int i = 0; i < 100; ++i) EXPECT_EQ(static_cast<char*>(to.get())[i], 0);
  }
}

TEST(checked_memory_death_test, dies_of_the_first_octet_too_many) {
  const auto good = block(100);
  for (const std::size_t size : {99u, 97u, 96u, 92u, 50u, 7u}) {
    const auto small = block(size);
    EXPECT_DEATH(clear(small.get()), "heap-buffer-overflow") << size;
    EXPECT_DEATH(copy(good.get(), small.get()), "heap-buffer-overflow") << size;
    EXPECT_DEATH(copy(small.get(), good.get()), "heap-buffer-overflow") << size;
  }
}

TEST(checked_memory_death_test, dies_of_what_was_freed) {
  EXPECT_DEATH(
      {
        auto gone = block(100);
        void* at = gone.get();
        gone.reset();
        clear(at);
      },
      "heap-use-after-free");
}

}  // namespace
}  // namespace mqttspec::fuzz
