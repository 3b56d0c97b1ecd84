#include "base/concealed.h"

#include <algorithm>
#include <cctype>

#include "base/bytes.h"
#include "base/utf8.h"

namespace mqttspec {

namespace {

constexpr std::size_t shortest_secret = 4;
constexpr std::string_view instead = "***";

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

concealed::concealed(const std::vector<std::string>& secrets, machine_paths here)
    : here_(std::move(here)) {
  for (const std::string& secret : secrets) {
    if (secret.size() < shortest_secret) continue;
    forms_.insert(forms_.end(), {secret, escape_text(secret)});
    for (const char* separator : {" ", ""}) {
      const std::string hex = to_hex(as_bytes(secret), separator);
      forms_.insert(forms_.end(), {hex, upper_case(hex)});
    }
  }
}

std::string concealed::without(std::string text) const {
  for (const std::string& form : forms_) {
    for (auto at = text.find(form); at != std::string::npos; at = text.find(form, at)) {
      text.replace(at, form.size(), instead);
      at += instead.size();
    }
  }
  return without_machine_paths(std::move(text), here_);
}

}  // namespace mqttspec
