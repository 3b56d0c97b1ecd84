#pragma once
// Text for a log that obeys commands in it. GitHub takes every line that begins with "::" for a
// command, and a broker chooses topics, payloads and reason strings.

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace mqttspec::reports {

// |line| as something that is no workflow command, neither "::name::" nor "##[name]".
std::string harmless(std::string_view line);

// Passes lines on as harmless ones. What has no new line yet is kept until the end.
class harmless_lines : public std::streambuf {
 public:
  explicit harmless_lines(std::ostream& to) : to_(to) {}
  ~harmless_lines() override;

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  std::ostream& to_;
  std::string line_;
};

}  // namespace mqttspec::reports
