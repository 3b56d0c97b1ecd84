// AddressSanitizer's checks of what the compiler makes of structures that are cleared or copied,
// for the few hundred octets that they have here: three loads of shadow memory in place of four
// calls. The linker puts these in front of the runtime's own (--wrap), which take what is long, and
// what is wrong.

#include <sanitizer/asan_interface.h>

#include <cstddef>
#include <cstdint>

#define MQTTSPEC_RAW __attribute__((no_sanitize("address"), no_builtin))

extern "C" {
void* __real___asan_memset(void* to, int octet, std::size_t size);
void* __real___asan_memcpy(void* to, const void* from, std::size_t size);
void* __wrap___asan_memset(void* to, int octet, std::size_t size);
void* __wrap___asan_memcpy(void* to, const void* from, std::size_t size);
}

namespace {

constexpr std::size_t longest = 512;

using sixteen_octets = std::uint64_t __attribute__((vector_size(16)));

template <class T>
struct __attribute__((packed, may_alias)) unaligned {
  T value;
};

template <class T>
MQTTSPEC_RAW T load(const void* at) {
  return static_cast<const unaligned<T>*>(at)->value;
}
template <class T>
MQTTSPEC_RAW void store(void* at, T value) {
  static_cast<unaligned<T>*>(at)->value = value;
}

struct shadow_mapping {
  std::size_t scale = 0;
  std::size_t offset = 0;
};
shadow_mapping mapping;  // of the runtime; scale is 0 until it has been asked for

// Each octet of shadow says how many of eight octets may be used, 0 for all of them.
MQTTSPEC_RAW bool may_use(const void* at, std::size_t size) {
  if (mapping.scale != 3) {
    __asan_get_shadow_mapping(&mapping.scale, &mapping.offset);
    return false;
  }
  const auto first = reinterpret_cast<std::uintptr_t>(at);
  const std::uintptr_t last = first + size - 1;
  const auto* shadow = reinterpret_cast<const std::uint8_t*>((first >> 3) + mapping.offset);
  const auto* end = reinterpret_cast<const std::uint8_t*>((last >> 3) + mapping.offset);
  for (; end - shadow >= 8; shadow += 8) {
    if (load<std::uint64_t>(shadow) != 0) return false;
  }
  for (; shadow < end; ++shadow) {
    if (*shadow != 0) return false;
  }
  return *end == 0 || (*end < 8 && (last & 7) < *end);
}

}  // namespace

MQTTSPEC_RAW void* __wrap___asan_memset(void* to, int octet, std::size_t size) {
  if (size == 0 || size > longest || !may_use(to, size)) {
    return __real___asan_memset(to, octet, size);
  }
  auto* at = static_cast<std::uint8_t*>(to);
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) at[i] = static_cast<std::uint8_t>(octet);
    return to;
  }
  const std::uint64_t eight = 0x0101010101010101u * static_cast<std::uint8_t>(octet);
  if (size < 16) {
    store(at, eight);
    store(at + size - 8, eight);
    return to;
  }
  const sixteen_octets sixteen = {eight, eight};
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    store(at + i, sixteen);
    store(at + i + 16, sixteen);
    store(at + i + 32, sixteen);
    store(at + i + 48, sixteen);
  }
  for (; i + 16 <= size; i += 16) store(at + i, sixteen);
  store(at + size - 16, sixteen);
  return to;
}

MQTTSPEC_RAW void* __wrap___asan_memcpy(void* to, const void* from, std::size_t size) {
  const auto* source = static_cast<const std::uint8_t*>(from);
  auto* target = static_cast<std::uint8_t*>(to);
  const bool apart = target + size <= source || source + size <= target;
  if (size == 0 || size > longest || !apart || !may_use(to, size) || !may_use(from, size)) {
    return __real___asan_memcpy(to, from, size);
  }
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) target[i] = source[i];
    return to;
  }
  if (size < 16) {
    store(target, load<std::uint64_t>(source));
    store(target + size - 8, load<std::uint64_t>(source + size - 8));
    return to;
  }
  for (std::size_t i = 0; i + 16 <= size; i += 16) {
    store(target + i, load<sixteen_octets>(source + i));
  }
  store(target + size - 16, load<sixteen_octets>(source + size - 16));
  return to;
}
