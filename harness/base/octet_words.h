#pragma once
// Looking for rare octets eight at a time.
//
//   find_in_words(text, [](std::uint64_t w) { return has_octet_zero(w); })

#include <cstdint>
#include <cstring>
#include <string_view>

namespace mqttspec {

inline constexpr std::uint64_t every_octet_1 = 0x0101010101010101u;
inline constexpr std::uint64_t every_octet_128 = 0x8080808080808080u;

// Whether one of the eight octets is 0.
constexpr bool has_octet_zero(std::uint64_t word) {
  return ((word - every_octet_1) & ~word & every_octet_128) != 0;
}

// Whether |suspicious| is true of a word of eight octets of |text|. Words may overlap, and 'a'
// fills a word that the text is too short for: |suspicious| must not mind either.
template <class Suspicious>
bool find_in_words(std::string_view text, Suspicious suspicious) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t word = 0;
  if (left >= 8) {
    for (; left > 8; at += 8, left -= 8) {
      std::memcpy(&word, at, 8);
      if (suspicious(word)) return true;
    }
    std::memcpy(&word, at + left - 8, 8);
  } else if (left >= 4) {
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    std::memcpy(&head, at, 4);
    std::memcpy(&tail, at + left - 4, 4);
    word = std::uint64_t{head} << 32 | tail;
  } else if (left != 0) {
    const auto octet = [&](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(at[i])};
    };
    word = 0x6161616161000000u | octet(0) << 16 | octet(left / 2) << 8 | octet(left - 1);
  } else {
    return false;
  }
  return suspicious(word);
}

}  // namespace mqttspec
