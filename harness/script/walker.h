#pragma once
// Walks the lines of a scenario for one version and one row, deciding guards, putting in values and
// writing out calls and loops. The expander keeps the instructions that come out; the checker keeps
// what is reported on the way. One walk for both, so that `check` accepts exactly what runs.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "script/catalogue.h"
#include "script/library.h"
#include "script/resolve.h"
#include "wire/table.h"

namespace mqttspec::script {

inline constexpr std::uint64_t most_instructions = 1'000'000;  // of a run, all scenarios together
inline constexpr std::uint64_t most_rows = 10'000;             // of a scenario
inline constexpr std::uint64_t most_iterations = 100'000;      // of a loop
inline constexpr duration longest_duration = std::chrono::hours(24);
inline constexpr std::uint64_t most_text = 1u << 28;  // octets in all instructions

// Spent by every walk of one run.
struct budget {
  double instructions = most_instructions;
  double lines = 4.0 * most_instructions;  // looked at, also those that a guard leaves out
  double text = most_text;
};

using capabilities = std::map<std::string, std::int64_t, std::less<>>;

// A line of the file as (file, line, column).
using location = std::tuple<std::string, std::uint32_t, std::uint32_t>;

// What several walks of one file tell the checker together.
struct examination {
  std::set<location> reached;                                         // lines that ran in some walk
  std::map<location, std::pair<const source_text*, place>> left_out;  // by a version guard
  std::set<std::pair<location, std::string>> known;  // errors of defs, reported where they stand
  std::set<std::string> used_clients;
  std::set<std::string> used_variables;
};

struct walk_settings {
  wire::protocol_version version = wire::protocol_version::v5;
  side plays = side::client;
  bool both_versions = false;       // the scenario runs as the other one, too
  examination* examined = nullptr;  // set by the checker: both sides of a capability guard
                                    // are walked, of a loop only the first and last round
  const catalogue* statements = nullptr;
  const capabilities* capability = nullptr;
};

class walker {
 public:
  walker(const script_file& file, const walk_settings& settings, budget& spent,
         problem_list& problems);

  // Predefined variables and the clients come first.
  void define(std::string name, resolved value);
  // |fixed|: it speaks |version| whatever the scenario's is.
  void declare_client(const std::string& name, wire::protocol_version version, bool fixed);

  // `let`, or a column of a table, in the header. false: reported.
  bool define_from(const word& name, const value_node& value);

  // All steps; instructions are appended to |out| when it is not null.
  void walk(const scenario_node& scenario, script::scenario* out);

  // The lines of a def on its own, its parameters unknown.
  void walk_def(const def_node& def);

  const environment& variables() const { return frames_.front().variables; }
  bool over_budget() const { return over_budget_; }
  bool parameter_used(const std::string& name) const;
  bool has_expectation() const { return has_expectation_; }

 private:
  struct client_of_line {
    std::string name;
    std::optional<wire::protocol_version> version;  // nullopt: a parameter that is not known
    bool fixed = false;                             // speaks its own version
  };

  // The scenario, or a def that is being carried out for it.
  struct frame {
    const script_file* file = nullptr;
    const def_node* def = nullptr;
    const call_node* call = nullptr;  // in the frame below
    environment variables;
    environment arguments;  // as given; `variables` changes when one is captured
    std::map<std::string, place, std::less<>> lets;
    std::set<std::string, std::less<>> marks;
    std::set<std::string, std::less<>> used;
  };

  // ---- walk_lines.cc
  void lines(const std::vector<line_node>& list, bool guarded);
  void line(const line_node& l, bool guarded);
  bool spend_line();
  void emit(const line_node& l, decltype(instruction::what) what);
  void send(const line_node& l, const send_node& s, bool guarded);
  void expect(const line_node& l, const expect_node& e, bool guarded);
  void wait(const line_node& l, const wait_node& n);
  bool runs(const guard_node& guard, wire::protocol_version version);
  std::optional<client_of_line> client(const word& name);
  std::optional<wire::protocol_version> version_for_guard(const line_node& l);
  // |may_last|: `for` makes sense.
  timing window(const window_node& w, bool may_last);
  struct citation {
    const tag_node* tag = nullptr;
    statement_reference to;
  };
  std::vector<citation> tags(const std::vector<tag_node>& list, const client_of_line& who,
                             bool guarded);
  static std::vector<statement_reference> references(const std::vector<citation>& cited);
  void check_statement(wire::protocol_version version, const tag_node& tag);
  // |fits|: whether a statement has to do with what is awaited.
  void check_citations(const std::vector<citation>& cited,
                       const std::function<bool(const statement_entry&)>& fits);
  void check_line(const expect_line& line, const std::vector<citation>& cited,
                  const std::vector<std::vector<citation>>& by_alternative);

  // ---- walk_clients.cc
  void ask(const line_node& l, const ask_node& a);
  void tell(const line_node& l, const tell_node& t, bool guarded);
  void client_line_of(const line_node& l, const client_node& n);
  std::optional<std::vector<field_clause>> fields_of(const packet_node& p,
                                                     const adapter::message_spec& spec,
                                                     bool asking);

  // ---- walk_calls.cc
  void loop(const loop_node& n, bool guarded);
  bool keep_loop(const loop_node& n, std::uint64_t first, std::uint64_t last, bool guarded);
  void call(const call_node& c, bool guarded);
  void let(const line_node& l, const let_node& n);
  std::string mark_name(std::size_t frame_index, const std::string& name, bool define_it,
                        const word& written);

  // ---- walk_packet.cc
  std::optional<packet_pattern> packet(const packet_node& p, wire::protocol_version version,
                                       bool sending, bool guarded);
  std::optional<field_clause> field(const field_node& f, const wire::named_field& field,
                                    const packet_pattern& pattern, bool sending, bool guarded);
  std::optional<resolved> fit(const value_node& node, const wire::named_field& field,
                              const packet_pattern& pattern, bool guarded);
  std::optional<resolved> fit_scalar(const resolved& value, const place& where,
                                     const wire::named_field& field, const packet_pattern& pattern,
                                     bool guarded);
  std::optional<resolved> fit_reason(const resolved& value, const place& where,
                                     const packet_pattern& pattern, bool guarded);
  void check_required(const packet_node& p, const packet_pattern& pattern);

  // ---- walk_edits.cc
  void edits(const send_node& s, const packet_pattern& pattern, send_line& out);
  std::optional<byte_buffer> octets(const value_node& node);

  // ---- values
  const resolved* lookup(std::string_view name);
  std::optional<resolved> value(const value_node& node);
  std::optional<std::uint64_t> number(const value_node& node);
  std::optional<duration> length(const value_node& node);
  std::string capture(std::size_t frame_index, const std::string& name, const word& written);
  std::string own_name(const frame& f, const std::string& name) const;

  // ---- problems
  frame& top() { return frames_.back(); }
  const source_text& source() const { return *frames_.back().file->tree.source; }
  void error(const place& where, complaint what);
  // An error in one version only: in a def that is looked at on its own it is none.
  void version_error(const place& where, complaint what, bool guarded);
  std::string guard_help(wire::version_set only, bool guarded) const;

  walk_settings settings_;
  budget& budget_;
  problem_list& problems_;
  script::scenario* out_ = nullptr;
  bool abstract_ = false;
  bool over_budget_ = false;
  bool has_expectation_ = false;
  bool trial_ = false;  // errors are not reported, only noted:
  bool trial_failed_ = false;
  std::map<std::string, client_of_line, std::less<>> clients_;
  std::vector<frame> frames_;
  std::vector<std::pair<std::string, std::uint64_t>> loops_;
  double weight_ = 1;
  std::uint32_t step_ = 0;
};

}  // namespace mqttspec::script
