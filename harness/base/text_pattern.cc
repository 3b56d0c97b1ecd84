#include "base/text_pattern.h"

#include <string>

namespace mqttspec {

namespace {

std::bitset<256> set_of(std::string_view some) {
  std::bitset<256> out;
  for (const char c : some) out.set(static_cast<unsigned char>(c));
  return out;
}

std::bitset<256> between(unsigned first, unsigned last) {
  std::bitset<256> out;
  for (unsigned c = first; c <= last; ++c) out.set(c);
  return out;
}

const std::bitset<256> digits = between('0', '9');
const std::bitset<256> words = digits | between('a', 'z') | between('A', 'Z') | set_of("_");
const std::bitset<256> spaces = set_of(" \t\n\r\f\v");

unsigned first_of(const std::bitset<256>& some) {
  unsigned c = 0;
  while (!some.test(c)) ++c;
  return c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

// Thompson's construction: each part of the pattern becomes instructions that follow each other.
class pattern_compiler {
 public:
  explicit pattern_compiler(std::string_view pattern) : rest_(pattern) {}

  std::optional<text_pattern> compile() {
    program p;
    if (!alternatives(p, 0) || !rest_.empty() || p.size() >= text_pattern::most_instructions) {
      return std::nullopt;
    }
    text_pattern out;
    out.program_ = std::move(p);
    out.program_.push_back({});
    return out;
  }

 private:
  using kind = text_pattern::kind;
  using program = std::vector<text_pattern::instruction>;
  static constexpr int deepest = 100;
  static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Targets within |what| are relative to its beginning until it is put somewhere.
  static void append(program& to, const program& what) {
    const std::size_t base = to.size();
    for (auto i : what) {
      i.one += base;
      i.another += base;
      to.push_back(i);
    }
  }
  static text_pattern::instruction fork(std::size_t one, std::size_t another) {
    return {kind::fork, {}, one, another};
  }

  bool alternatives(program& out, int depth) {
    if (depth > deepest) return false;
    program first;
    if (!sequence(first, depth)) return false;
    while (take('|')) {
      program second;
      if (!sequence(second, depth)) return false;
      program both{fork(1, first.size() + 2)};
      append(both, first);
      both.push_back({kind::jump, {}, both.size() + 1 + second.size(), 0});
      append(both, second);
      first = std::move(both);
      if (first.size() > text_pattern::most_instructions) return false;
    }
    append(out, first);
    return true;
  }

  bool sequence(program& out, int depth) {
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      program one;
      bool repeats = true;
      if (!part(one, repeats, depth) || !repetition(one, repeats)) return false;
      append(out, one);
      if (out.size() > text_pattern::most_instructions) return false;
    }
    return true;
  }

  bool part(program& out, bool& repeats, int depth) {
    if (take('(')) {
      if (take('?') && !take(':')) return false;
      return alternatives(out, depth + 1) && take(')');
    }
    repeats = rest_[0] != '^' && rest_[0] != '$';
    if (take('^')) return out.push_back({kind::begin, {}, 0, 0}), true;
    if (take('$')) return out.push_back({kind::end, {}, 0, 0}), true;
    std::bitset<256> octets;
    if (take('[')) {
      if (!bracket(octets)) return false;
    } else if (take('.')) {
      octets = ~set_of("\n\r");
    } else if (!single(octets, "*+?{}")) {
      return false;
    }
    out.push_back({kind::octet, octets, 0, 0});
    return true;
  }

  // One sign, or a class such as \d.
  bool single(std::bitset<256>& out, std::string_view not_these) {
    if (rest_.empty() || not_these.find(rest_[0]) != not_these.npos) return false;
    const char c = rest_[0];
    rest_.remove_prefix(1);
    if (c != '\\') return out.set(static_cast<unsigned char>(c)), true;
    if (rest_.empty()) return false;
    const char e = rest_[0];
    rest_.remove_prefix(1);
    switch (e) {
      case 'd':
        out = digits;
        return true;
      case 'D':
        out = ~digits;
        return true;
      case 'w':
        out = words;
        return true;
      case 'W':
        out = ~words;
        return true;
      case 's':
        out = spaces;
        return true;
      case 'S':
        out = ~spaces;
        return true;
      case 'n':
        out = set_of("\n");
        return true;
      case 'r':
        out = set_of("\r");
        return true;
      case 't':
        out = set_of("\t");
        return true;
      case 'x': {
        if (rest_.size() < 2 || hex_digit(rest_[0]) < 0 || hex_digit(rest_[1]) < 0) return false;
        out.set(static_cast<unsigned>(hex_digit(rest_[0]) * 16 + hex_digit(rest_[1])));
        rest_.remove_prefix(2);
        return true;
      }
      default:
        // Other letters and digits have a meaning that is not known here.
        if (words.test(static_cast<unsigned char>(e)) && e != '_') return false;
        return out.set(static_cast<unsigned char>(e)), true;
    }
  }

  bool bracket(std::bitset<256>& out) {
    const bool negated = take('^');
    while (!take(']')) {
      std::bitset<256> low;
      if (!single(low, "")) return false;
      if (low.count() == 1 && rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        std::bitset<256> high;
        if (!single(high, "") || high.count() != 1) return false;
        if (first_of(low) > first_of(high)) return false;
        low = between(first_of(low), first_of(high));
      }
      out |= low;
    }
    if (negated) out = ~out;
    return true;
  }

  bool repetition(program& of, bool may) {
    std::size_t least = 1;
    std::size_t most = 1;
    if (take('*')) {
      least = 0;
      most = unbounded;
    } else if (take('+')) {
      most = unbounded;
    } else if (take('?')) {
      least = 0;
    } else if (take('{')) {
      if (!count(least)) return false;
      most = least;
      if (take(',')) {
        most = unbounded;
        if (!rest_.starts_with('}') && !count(most)) return false;
      }
      if (!take('}') || most < least) return false;
    } else {
      return true;
    }
    take('?');  // few or many: what is found is the same
    if (!may) return false;
    const program once = std::move(of);
    of.clear();
    const std::size_t copies = most == unbounded ? least + 1 : most;
    if (copies * (once.size() + 2) > text_pattern::most_instructions) return false;
    for (std::size_t n = 0; n < least; ++n) append(of, once);
    for (std::size_t n = least; n < most; ++n) {
      const std::size_t begin = of.size();
      const bool loops = most == unbounded;
      of.push_back(fork(begin + 1, begin + 1 + once.size() + (loops ? 1 : 0)));
      append(of, once);
      if (!loops) continue;
      of.push_back({kind::jump, {}, begin, 0});
      break;
    }
    return true;
  }

  bool count(std::size_t& out) {
    std::size_t digits_read = 0;
    out = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      if (++digits_read > 4) return false;
      out = out * 10 + static_cast<std::size_t>(rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return digits_read != 0;
  }

  std::string_view rest_;
};

std::optional<text_pattern> text_pattern::compile(std::string_view pattern) {
  return pattern_compiler(pattern).compile();
}

// All ways at once: a list of the instructions that may be next, each at most once.
bool text_pattern::found_in(std::string_view text) const {
  std::vector<std::size_t> now;
  std::vector<std::size_t> next;
  std::vector<std::size_t> to_follow;
  std::vector<std::size_t> seen(program_.size(), 0);
  std::size_t generation = 0;
  // Everything that |from| leads to without an octet. true: it is found.
  const auto follow = [&](std::size_t from, std::size_t at, std::vector<std::size_t>& list) {
    to_follow.assign(1, from);
    while (!to_follow.empty()) {
      const std::size_t i = to_follow.back();
      to_follow.pop_back();
      if (seen[i] == generation) continue;
      seen[i] = generation;
      const instruction& what = program_[i];
      switch (what.is) {
        case kind::found:
          return true;
        case kind::octet:
          list.push_back(i);
          break;
        case kind::jump:
          to_follow.push_back(what.one);
          break;
        case kind::fork:
          to_follow.push_back(what.another);
          to_follow.push_back(what.one);
          break;
        case kind::begin:
          if (at == 0) to_follow.push_back(i + 1);
          break;
        case kind::end:
          if (at == text.size()) to_follow.push_back(i + 1);
          break;
      }
    }
    return false;
  };
  ++generation;
  if (follow(0, 0, now)) return true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto octet = static_cast<unsigned char>(text[at]);
    ++generation;
    next.clear();
    for (const std::size_t i : now) {
      if (program_[i].octets.test(octet) && follow(i + 1, at + 1, next)) return true;
    }
    if (follow(0, at + 1, next)) return true;  // it may begin anywhere
    now.swap(next);
  }
  return false;
}

}  // namespace mqttspec
