#pragma once
// The catalogue of statements (cases/statements/v5.json, v311.json) and the list of test purposes
// (purposes.json, not-covered.json): which ids a scenario may cite.
//
//   catalogue c = catalogue::load("cases/statements", problems);
//   c.find(wire::protocol_version::v5, "MQTT-3.2.2-3")->summary

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "script/about.h"
#include "wire/types.h"

namespace mqttspec::script {

struct statement_entry {
  std::string id;  // "MQTT-3.2.2-3", or "v5-4.1-b" for a rule that the standard does not number
  wire::protocol_version version{};
  std::string section;
  std::string level;           // as in the file: "must", "should", ...
  std::string who;             // whom it binds
  std::string summary;         // in our words
  std::string status;          // "testable"; "client": binds clients only; "untestable"
  std::string why;             // why it is not testable
  bool comment = false;        // stands in a comment, which binds nobody
  std::vector<subject> about;  // where a server shows whether it keeps it
};

struct purpose_entry {
  std::string id;  // "S-CS-01"
  std::string title;
  std::vector<wire::protocol_version> versions;  // for which it is to be shown; 5 first
};

// Why there is no case of a purpose, or what its cases leave out.
struct coverage_note {
  std::string id;                                // of a purpose
  std::string why;                               // in our words
  std::vector<wire::protocol_version> versions;  // empty: all that the purpose names
  bool partly = false;                           // there are cases; this is what they do not show
};

class catalogue {
 public:
  catalogue() = default;

  // Reads the files of |directory|. A file that is absent leaves its part empty, and then only the
  // form of ids is checked; one that cannot be read as what it should be is told in |problems|.
  static catalogue load(const std::string& directory, std::vector<diagnostic>& problems);

  // The text of one file of statements or of purposes. false: not in that form.
  bool add_statements(std::string_view json);
  bool add_purposes(std::string_view json);
  bool add_coverage_notes(std::string_view json);

  const statement_entry* find(wire::protocol_version version, std::string_view id) const;
  const purpose_entry* find_purpose(std::string_view id) const;

  bool has_statements(wire::protocol_version version) const;
  // Of the file version.txt, "1.0"; "unnumbered" without one. cases/statements/README.md says when
  // it changes.
  const std::string& version() const { return version_; }

  bool has_purposes() const { return !purposes_.empty(); }

  // In the order in which they were added: that of the files.
  std::vector<const statement_entry*> statements() const;
  std::vector<const purpose_entry*> purposes() const;  // by id
  const std::vector<coverage_note>& coverage_notes() const { return coverage_notes_; }

  // The ids nearest to |id|, at most |most|.
  std::vector<std::string_view> near(wire::protocol_version version, std::string_view id,
                                     std::size_t most = 5) const;
  std::vector<std::string_view> near_purposes(std::string_view id, std::size_t most = 5) const;

 private:
  using statement_key = std::pair<wire::protocol_version, std::string>;
  std::map<statement_key, statement_entry> statements_;
  std::vector<statement_key> order_;
  std::map<std::string, purpose_entry, std::less<>> purposes_;
  std::vector<coverage_note> coverage_notes_;
  std::string version_ = "unnumbered";
};

// v5.json and v311.json as they were when the program was built, by name.
const std::map<std::string_view, std::string_view>& catalogue_files();

// "MQTT-3.2.2-3", "v5-4.1-b", "v311-3.1.2.4-b"
bool is_statement_id(std::string_view id);
// "S-CS-01"
bool is_purpose_id(std::string_view id);

}  // namespace mqttspec::script
