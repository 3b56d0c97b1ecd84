#include "fuzz/arena.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "fuzz/target.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MQTTSPEC_ASAN
#endif
#if __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define MQTTSPEC_OWN_NEW  // of the runtime, which has to see every block
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MQTTSPEC_ASAN
#endif

#ifdef MQTTSPEC_ASAN
#include <sanitizer/asan_interface.h>
// Headers lie in poisoned memory.
#define MQTTSPEC_UNCHECKED __attribute__((no_sanitize("address")))
#else
#define MQTTSPEC_UNCHECKED
#endif

namespace mqttspec::fuzz {

namespace {

constexpr std::size_t arena_size = std::size_t{64} << 20;
constexpr std::size_t alignment = 16;

// In front of each block; keeps blocks apart.
struct block_header {
  std::uint64_t size;
  std::uint64_t is_live;
};
static_assert(sizeof(block_header) == alignment);

#ifdef MQTTSPEC_ASAN
// What __asan_poison_memory_region does, without its calls: blocks begin at a multiple of eight,
// and nothing that matters lies between the end of one and the next multiple of eight.
std::size_t shadow_scale = 0;
std::size_t shadow_offset = 0;
constexpr std::uint64_t poisoned_by_user = 0xF7F7F7F7F7F7F7F7;

MQTTSPEC_UNCHECKED volatile std::uint8_t* shadow_of(const void* at) {
  return reinterpret_cast<std::uint8_t*>((reinterpret_cast<std::uintptr_t>(at) >> shadow_scale) +
                                         shadow_offset);
}
// Eight at a time, since volatile is what keeps the compiler from calling memset.
MQTTSPEC_UNCHECKED void set_shadow(volatile std::uint8_t* shadow, std::size_t size,
                                   std::uint64_t eight) {
  struct __attribute__((packed, may_alias)) unaligned {
    std::uint64_t value;
  };
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) reinterpret_cast<volatile unaligned*>(shadow + i)->value = eight;
  for (; i < size; ++i) shadow[i] = static_cast<std::uint8_t>(eight);
}
MQTTSPEC_UNCHECKED void poison(const void* at, std::size_t size) {
  set_shadow(shadow_of(at), (size + 7) / 8, poisoned_by_user);
}
MQTTSPEC_UNCHECKED void allow(const void* at, std::size_t size) {
  volatile std::uint8_t* shadow = shadow_of(at);
  set_shadow(shadow, size / 8, 0);
  if (size % 8 != 0) shadow[size / 8] = static_cast<std::uint8_t>(size % 8);
}
void find_shadow() {
  __asan_get_shadow_mapping(&shadow_scale, &shadow_offset);
}
#else
void poison(const void*, std::size_t) {}
void allow(const void*, std::size_t) {}
void find_shadow() {}
#endif

struct arena {
  char* begin = nullptr;
  char* end = nullptr;
  char* start = nullptr;  // of what the present input has taken
  char* top = nullptr;
  std::size_t live = 0;
  bool active = false;

  bool holds(const void* at) const { return at >= begin && at < end; }

  void open() {
    if (begin == nullptr) {
      void* memory =
          ::mmap(nullptr, arena_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) std::abort();
      find_shadow();
      begin = start = top = static_cast<char*>(memory);
      end = begin + arena_size;
      poison(begin, arena_size);
    }
    active = true;
  }
  // True when nothing was left.
  bool close() {
    active = false;
    const bool clean = live == 0;
    // What is left stays where it is for good.
    if (clean) {
      top = start;
    } else {
      start = top;
    }
    live = 0;
    return clean;
  }

  MQTTSPEC_UNCHECKED void* take(std::size_t size) {
    const std::size_t room = (size + alignment - 1) / alignment * alignment;
    if (static_cast<std::size_t>(end - top) < sizeof(block_header) + room + alignment) {
      return nullptr;
    }
    auto* header = reinterpret_cast<block_header*>(top);
    header->size = size;
    header->is_live = 1;
    char* block = top + sizeof(block_header);
    top = block + room;
    ++live;
    allow(block, size);
    return block;
  }
  MQTTSPEC_UNCHECKED void release(void* block) {
    auto* header =
        reinterpret_cast<block_header*>(static_cast<char*>(block) - sizeof(block_header));
    if (header->is_live != 1) std::abort();  // freed twice, or no block at all
    header->is_live = 0;
    // Of the present input; what an earlier one has left may be freed by a later one.
    if (block >= start && active) --live;
    poison(block, header->size);
  }
};

arena the_arena;

void* take(std::size_t size) {
  if (the_arena.active) {
    if (void* block = the_arena.take(size == 0 ? 1 : size)) return block;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void release(void* block) {
  if (block == nullptr) return;
  if (the_arena.holds(block)) return the_arena.release(block);
  std::free(block);
}

struct arena_use {
  arena_use() { the_arena.open(); }
  ~arena_use() {
    if (the_arena.active) the_arena.close();
  }
};

}  // namespace

int run_in_arena(int (*run)(byte_view input), byte_view input) {
#ifdef MQTTSPEC_OWN_NEW
  return run(input);
#else
  for (bool again = false;; again = true) {
    arena_use use;
    const int result = run(input);
    if (the_arena.close()) return result;
    require(!again, "memory is lost");
  }
#endif
}

}  // namespace mqttspec::fuzz

#ifndef MQTTSPEC_OWN_NEW
using mqttspec::fuzz::release;
using mqttspec::fuzz::take;

void* operator new(std::size_t size) {
  void* block = take(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return take(size);
}
void operator delete(void* block) noexcept {
  release(block);
}
void operator delete[](void* block) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t) noexcept {
  release(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  release(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  release(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  release(block);
}
#endif
