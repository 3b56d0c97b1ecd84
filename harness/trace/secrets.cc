#include "trace/secrets.h"

#include <algorithm>
#include <optional>
#include <span>

namespace mqttspec::trace {

namespace {

constexpr std::size_t shortest = 4;
constexpr std::string_view shown = "***";

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The octet that |count| hex digits at |at| are.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int n = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int d = digit(text[at + i]);
    if (d < 0) return std::nullopt;
    n = n * 16 + d;
  }
  return n;
}

// Characters of |text| from |at| that stand for |octet| in text; 0: others do.
std::size_t letter_length(std::string_view text, std::size_t at, unsigned char octet) {
  if (at >= text.size()) return 0;
  const char c = text[at];
  if (static_cast<unsigned char>(c) == octet && c != '\\' && c != '%') return 1;
  if (c == '+' && octet == ' ') return 1;
  if (c == '%' && digits_at(text, at + 1, 2) == octet) return 3;
  if (c == '\\' && at + 1 < text.size()) {
    const char next = text[at + 1];
    if ((next == 'x' || next == 'X') && digits_at(text, at + 2, 2) == octet) return 4;
    if ((next == 'u' || next == 'U') && digits_at(text, at + 2, 4) == octet) return 6;
    if ((next == 'n' && octet == '\n') || (next == 't' && octet == '\t') ||
        (next == 'r' && octet == '\r')) {
      return 2;
    }
    if (static_cast<unsigned char>(next) == octet) return 2;
  }
  return static_cast<unsigned char>(c) == octet ? 1 : 0;
}

// Length of |value| as text at |at|; 0: it is not there.
std::size_t text_length(std::string_view text, std::size_t at, std::string_view value) {
  std::size_t end = at;
  for (const char c : value) {
    const std::size_t length = letter_length(text, end, static_cast<unsigned char>(c));
    if (length == 0) return 0;
    end += length;
  }
  return end - at;
}

// The same for pairs of hex digits, with a separator between them or none.
std::size_t hex_length(std::string_view text, std::size_t at, std::string_view value) {
  std::size_t end = at;
  for (std::size_t i = 0; i < value.size(); ++i) {
    for (const std::string_view between : {", ", ",", " ", ":", "-", "\n", ""}) {
      if (i != 0 && text.substr(end).starts_with(between)) {
        end += between.size();
        break;
      }
    }
    if (i != 0 && (text.substr(end).starts_with("0x") || text.substr(end).starts_with("0X"))) {
      end += 2;
    }
    if (digits_at(text, end, 2) != static_cast<unsigned char>(value[i])) return 0;
    end += 2;
  }
  return end - at;
}

std::string base64_of(std::string_view data, std::string_view alphabet) {
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : data) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += alphabet[bits >> (held - 6) & 63];
  }
  return out;  // without what depends on octets that follow
}

// What |value| becomes within data that is longer, wherever it begins there.
void add_base64(std::string_view value, std::vector<std::string>& to) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (const std::string_view last : {"+/", "-_"}) {
    const std::string alphabet = std::string(letters) + std::string(last);
    for (std::size_t before = 0; before < 3; ++before) {
      const std::string all = base64_of(std::string(before, '\0') + std::string(value), alphabet);
      to.push_back(all.substr(before == 0 ? 0 : before + 1));
    }
  }
}

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '-' || c == '_' || c == '=';
}

void mark_all(byte_view octets, std::string_view value, std::vector<bool>& hidden) {
  const byte_view wanted = as_bytes(value);
  for (auto at = octets.begin();; ++at) {
    at = std::search(at, octets.end(), wanted.begin(), wanted.end());
    if (at == octets.end()) return;
    const auto begin = hidden.begin() + (at - octets.begin());
    std::fill(begin, begin + static_cast<std::ptrdiff_t>(wanted.size()), true);
  }
}

}  // namespace

secrets::secrets(std::vector<std::string> values, std::vector<std::string> names,
                 machine_paths here)
    : here_(std::move(here)) {
  for (std::string& one : names) {
    if (!one.empty()) in_connect_.push_back(std::move(one));
  }
  for (std::string& one : values) {
    if (one.empty()) continue;
    in_connect_.push_back(one);
    if (one.size() < shortest) continue;
    add_base64(one, base64_);
    values_.push_back(std::move(one));
  }
  std::sort(values_.begin(), values_.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string secrets::hide(std::string_view text) const {
  return without_machine_paths(without_values(text), here_);
}

std::string secrets::without_values(std::string_view text) const {
  if (values_.empty()) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 0;
    for (const std::string& value : values_) {
      length = std::max({length, text_length(text, at, value), hex_length(text, at, value)});
    }
    if (length == 0) {
      for (const std::string& part : base64_) {
        if (!text.substr(at).starts_with(part)) continue;
        // Its neighbours hold bits of it, too.
        length = part.size();
        while (at + length < text.size() && is_base64(text[at + length])) ++length;
        while (!out.empty() && is_base64(out.back())) out.pop_back();
        break;
      }
    }
    if (length == 0) {
      out += text[at++];
      continue;
    }
    out += shown;
    at += length;
  }
  return out;
}

void secrets::mark(byte_view packet, std::vector<bool>& hidden) const {
  const bool connect = !packet.empty() && packet[0] >> 4 == 1;
  if (connect) {
    for (const std::string& value : in_connect_) mark_all(packet, value, hidden);
  }
  if (values_.empty()) return;
  const std::string_view text = as_text(packet);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t length = 0;
    for (const std::string& value : values_) {
      length = std::max({length, text_length(text, at, value), hex_length(text, at, value)});
    }
    for (const std::string& part : base64_) {
      if (text.substr(at).starts_with(part)) length = std::max(length, part.size());
    }
    for (std::size_t i = 0; i < length; ++i) hidden[at + i] = true;
    if (length != 0) at += length - 1;
  }
}

}  // namespace mqttspec::trace
