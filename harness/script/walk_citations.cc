// What the lines of a scenario cite: does the statement exist, does it bind a broker, and has it to
// do with what the line awaits?

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "script/walker.h"

namespace mqttspec::script {

namespace {

std::string list_of(const statement_entry& s) {
  std::string out;
  for (const subject& about : s.about) out += (out.empty() ? "" : ", ") + about.text;
  return out;
}

}  // namespace

void walker::check_statement(wire::protocol_version version, const tag_node& tag) {
  if (!is_statement_id(tag.id)) {
    return error(tag.where, {fmt::format("'{}' is not a statement id", tag.id), "bad form",
                             "ids look like MQTT-3.2.2-3 or v5-4.1-b"});
  }
  const catalogue* all = settings_.statements;
  if (all == nullptr || !all->has_statements(version)) return;
  if (all->find(version, tag.id) != nullptr) return;
  error(tag.where, {fmt::format("MQTT {} has no statement {}", wire::version_name(version), tag.id),
                    "not in the catalogue", suggest(tag.id, all->near(version, tag.id))});
}

std::vector<statement_reference> walker::references(const std::vector<citation>& cited) {
  std::vector<statement_reference> out;
  for (const citation& one : cited) out.push_back(one.to);
  return out;
}

std::vector<walker::citation> walker::tags(const std::vector<tag_node>& list,
                                           const client_of_line& who, bool guarded) {
  const auto version = who.version.value_or(settings_.version);
  std::vector<citation> cited;
  for (const tag_node& tag : list) {
    if (!tag.version) {
      if (settings_.both_versions && !guarded && !who.fixed && who.version) {
        error(tag.where,
              {"statement id without a version",
               "this scenario runs as both versions, where the number means different things",
               fmt::format("write @v5:{0} or @v311:{0}", tag.id)});
        continue;
      }
      if (!abstract_ || guarded) check_statement(version, tag);
      cited.push_back({&tag, {version, tag.id}});
      continue;
    }
    check_statement(*tag.version, tag);
    if (*tag.version == version || *tag.version == settings_.version) {
      cited.push_back({&tag, {*tag.version, tag.id}});
    } else if (frames_.size() == 1 && (abstract_ ? guarded : guarded || !settings_.both_versions)) {
      error(tag.where, {fmt::format("a statement of MQTT {} where only MQTT {} runs",
                                    wire::version_name(*tag.version), wire::version_name(version)),
                        "never checked", "remove it, or let the scenario run as that version"});
    }
  }
  return cited;
}

// A citation accuses the side that is tested, so it has to bind it, and to be about what the line
// awaits: of clients the catalogue does not tell what their statements are about.
void walker::check_citations(const std::vector<citation>& cited,
                             const std::function<bool(const statement_entry&)>& fits) {
  const catalogue* all = settings_.statements;
  if (all == nullptr) return;
  const bool for_broker = settings_.plays == side::client;
  bool binding = false;
  const tag_node* comment = nullptr;
  for (const auto& [tag, to] : cited) {
    const statement_entry* found = all->find(to.version, to.id);
    if (found == nullptr) {
      binding = true;
    } else if (found->who == (for_broker ? "client" : "server")) {
      error(tag->where,
            for_broker
                ? complaint{fmt::format("{} binds clients", to.id), "a broker cannot break it",
                            "cite a statement about the server"}
                : complaint{fmt::format("{} binds servers", to.id), "a client cannot break it",
                            "cite a statement about the client"});
      binding = true;
    } else if (for_broker && !found->about.empty() && !fits(*found)) {
      error(tag->where, {fmt::format("{} has nothing to do with what is awaited here", to.id),
                         "about something else", fmt::format("it is about: {}", list_of(*found))});
      binding = true;
    } else if (found->comment && found->level != "MAY") {
      comment = tag;
    } else {
      binding = true;
    }
  }
  if (comment == nullptr || binding) return;
  error(comment->where, {fmt::format("{} stands in a comment of the standard", comment->id),
                         "binds nobody", "cite the rule that it explains too"});
}

// What an alternative cites may be about the other ways to end it, too.
void walker::check_line(const expect_line& line, const std::vector<citation>& cited,
                        const std::vector<std::vector<citation>>& by_alternative) {
  std::vector<const alternative*> all;
  for (const alternative& a : line.alternatives) all.push_back(&a);
  const auto fits_line = [&](const statement_entry& s) { return script::fits(s, all); };
  check_citations(cited, fits_line);
  for (const auto& each : by_alternative) check_citations(each, fits_line);
}

}  // namespace mqttspec::script
