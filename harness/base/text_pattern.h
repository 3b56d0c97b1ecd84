#pragma once
// Regular expressions, searched in octets. The time is linear in the length of the text: a pattern
// of somebody else cannot make a run stand still.
//
//   const auto p = text_pattern::compile("^a/[0-9]+$");
//   p->found_in("a/17")                    // true
//
// Of ECMAScript's syntax: . [] () (?:) | * + ? {n} {n,} {n,m} ^ $ \d \D \w \W \s \S \n \r \t \xNN,
// and \ in front of any other sign. Neither looking ahead nor references to groups.

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mqttspec {

class text_pattern {
 public:
  // nullopt: it is none, or larger than `most_instructions`.
  static std::optional<text_pattern> compile(std::string_view pattern);

  bool found_in(std::string_view text) const;

  static constexpr std::size_t most_instructions = 4000;

 private:
  friend class pattern_compiler;
  enum class kind : std::uint8_t { octet, fork, jump, begin, end, found };
  struct instruction {
    kind is = kind::found;
    std::bitset<256> octets;  // octet
    std::size_t one = 0;      // jump, fork: where it goes on
    std::size_t another = 0;  // fork
  };
  std::vector<instruction> program_;
};

}  // namespace mqttspec
