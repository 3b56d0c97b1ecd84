#include "target/residue.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace mqttspec::target {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;
using wire::protocol_version;

namespace {

constexpr std::array<std::string_view, 3> kind_names = {"session", "topic", "level"};
constexpr std::string_view file_ending = ".left";
constexpr std::size_t fewest_lines_to_shorten = 4096;

std::string line_of(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string made_line(residue_kind kind, const std::string& name, protocol_version version) {
  return line_of({{"made", kind_names[static_cast<std::size_t>(kind)]},
                  {"name", name},
                  {"version", wire::version_name(version)}});
}

bool locked_by_another(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return true;
  const bool taken = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0;
  ::close(descriptor);
  return taken;
}

// The last line of a process that was killed may be cut short.
void apply(const json& line, left_file& to) {
  if (!line.is_object()) return;
  if (line.contains("broker")) to.broker = line.value("broker", "");
  for (const char* what : {"made", "removed"}) {
    const auto kind = std::find(kind_names.begin(), kind_names.end(), line.value(what, ""));
    const std::string name = line.value("name", "");
    if (kind == kind_names.end() || name.empty()) continue;
    const std::pair key(static_cast<residue_kind>(kind - kind_names.begin()), name);
    if (what[0] == 'r') {
      to.all.erase(key);
    } else {
      to.all[key] = line.value("version", "") == wire::version_name(protocol_version::v311)
                        ? protocol_version::v311
                        : protocol_version::v5;
    }
  }
}

}  // namespace

residue::~residue() {
  if (descriptor_ < 0) return;
  std::error_code ignored;
  if (all_.empty()) fs::remove(file_, ignored);
  ::close(descriptor_);
}

std::string residue::keep_in(const fs::path& folder, const std::string& broker) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  broker_ = broker;
  file_ = folder / fmt::format("{}{}", ::getpid(), file_ending);
  for (int n = 2; fs::exists(file_, ignored); ++n) {
    file_ = folder / fmt::format("{}-{}{}", ::getpid(), n, file_ending);
  }
  if (open_file()) return "";
  return fmt::format("cannot write '{}': {}", file_.string(), std::strerror(errno));
}

bool residue::open_file() {
  const fs::path beside = file_.string() + ".part";
  const int descriptor =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  ::flock(descriptor, LOCK_EX | LOCK_NB);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = descriptor;
  lines_ = 0;
  std::string text = line_of({{"broker", broker_}, {"process", ::getpid()}});
  for (const auto& [key, version] : all_) text += made_line(key.first, key.second, version);
  write(text);
  std::error_code failed;
  fs::rename(beside, file_, failed);
  return !failed;
}

void residue::write(const std::string& line) {
  if (descriptor_ < 0) return;
  // What cannot be written is known to this process all the same.
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
  ++lines_;
}

void residue::made(residue_kind kind, const std::string& name, protocol_version version) {
  if (!all_.insert_or_assign({kind, name}, version).second) return;
  write(made_line(kind, name, version));
}

void residue::removed(residue_kind kind, const std::string& name) {
  if (all_.erase({kind, name}) == 0) return;
  write(line_of({{"removed", kind_names[static_cast<std::size_t>(kind)]}, {"name", name}}));
  if (lines_ > fewest_lines_to_shorten && lines_ > 4 * all_.size()) open_file();
}

std::string residue::describe() const {
  return target::describe(all_);
}

std::string describe(const residue::things& all) {
  const auto count = [&](residue_kind kind) {
    return std::count_if(all.begin(), all.end(),
                         [&](const auto& one) { return one.first.first == kind; });
  };
  std::vector<std::string> parts;
  const auto add = [&](std::ptrdiff_t n, std::string_view one) {
    if (n != 0) parts.push_back(fmt::format("{} {}{}", n, one, n == 1 ? "" : "s"));
  };
  add(count(residue_kind::session), "session");
  add(count(residue_kind::topic), "retained message");
  if (parts.empty() && !all.empty()) return "retained messages";
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::vector<left_file> files_of_residue(const fs::path& folder) {
  std::vector<left_file> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().extension() != file_ending) continue;
    left_file f;
    f.path = entry.path();
    f.in_use = locked_by_another(f.path);
    std::ifstream in(f.path, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      const json parsed = json::parse(line, nullptr, false);
      try {
        apply(parsed, f);
      } catch (const json::exception&) {  // nobody but somebody else wrote that
      }
    }
    if (!f.broker.empty()) out.push_back(std::move(f));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

fs::path residue_folder(const std::string& state_home, const std::string& home) {
  if (!state_home.empty()) return fs::path(state_home) / "mqttspec";
  return home.empty() ? fs::path() : fs::path(home) / ".local" / "state" / "mqttspec";
}

}  // namespace mqttspec::target
