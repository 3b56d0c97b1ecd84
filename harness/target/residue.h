#pragma once
// What a run has made on a broker that outlives it, and has not removed yet: sessions and retained
// messages. A file holds it, as lines of JSON that are added before the octets go out, so that
// `mqttspec clean` can remove what is left of a run that was killed:
//
//   {"broker":"127.0.0.1:1883","process":4711}
//   {"made":"session","name":"t48c70001-a","version":"5"}
//   {"made":"topic","name":"t48c70001/x"}
//   {"removed":"session","name":"t48c70001-a"}
//
// The process that writes a file holds a lock on it. The file goes when nothing is left.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wire/types.h"

namespace mqttspec::target {

enum class residue_kind : std::uint8_t {
  session,  // by its Client Identifier
  topic,    // of a retained message
  level,    // the first level of topics, below which something may be retained
};

class residue {
 public:
  residue() = default;
  ~residue();
  residue(const residue&) = delete;
  residue& operator=(const residue&) = delete;

  // From now on |folder| has a file of it. The error is a sentence.
  std::string keep_in(const std::filesystem::path& folder, const std::string& broker);

  void made(residue_kind kind, const std::string& name, wire::protocol_version version);
  void removed(residue_kind kind, const std::string& name);

  using things = std::map<std::pair<residue_kind, std::string>, wire::protocol_version>;
  const things& all() const { return all_; }
  // "2 sessions and 1 retained message"; "" when nothing is left.
  std::string describe() const;

 private:
  void write(const std::string& line);
  bool open_file();

  things all_;
  std::filesystem::path file_;
  std::string broker_;
  int descriptor_ = -1;
  std::size_t lines_ = 0;
};

// What an earlier run left.
struct left_file {
  std::filesystem::path path;
  std::string broker;
  bool in_use = false;  // the run goes on
  residue::things all;
};

// All files of |folder|, by name; what cannot be read is passed over.
std::vector<left_file> files_of_residue(const std::filesystem::path& folder);

// "2 sessions and 1 retained message"
std::string describe(const residue::things& all);

// Where they are: $XDG_STATE_HOME/mqttspec, else $HOME/.local/state/mqttspec; "" without either.
std::filesystem::path residue_folder(const std::string& state_home, const std::string& home);

}  // namespace mqttspec::target
