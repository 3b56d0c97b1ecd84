// mqttspec clean: removes what an earlier run left on a broker.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/run_tag.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/options.h"
#include "cli/target_options.h"
#include "drive/network_driver.h"
#include "drive/remains.h"
#include "play/clean_up.h"
#include "target/standing.h"

namespace mqttspec::cli {

namespace {

namespace fs = std::filesystem;
using target::residue_kind;

constexpr std::size_t most_at_once = 16;
constexpr std::size_t most_in_one = 64;  // sessions, topics and levels together

play::left_things part_of(target::residue::things::const_iterator& at,
                          target::residue::things::const_iterator end) {
  play::left_things out;
  for (std::size_t n = 0; n < most_in_one && at != end; ++n, ++at) {
    const auto& [kind, name] = at->first;
    if (kind == residue_kind::session) out.sessions[name] = at->second;
    if (kind == residue_kind::topic) out.topics.insert(name);
    if (kind == residue_kind::level) out.levels.insert(name);
  }
  return out;
}

// Its file goes when ours has all that it says.
void take_over(const std::vector<target::left_file>& files, target::residue& into) {
  for (const target::left_file& f : files) {
    for (const auto& [key, version] : f.all) into.made(key.first, key.second, version);
    std::error_code ignored;
    fs::remove(f.path, ignored);
  }
}

// All of |left| is tried; why not all could be removed.
std::set<std::string> remove(target::standing_target& from, const target::description& as) {
  std::vector<play::leftovers> parts;
  const target::residue::things all = from.left().all();
  random_source random(std::random_device{}());
  const std::string client = make_run_tag(random) + "-clean-up";
  for (auto at = all.begin(); at != all.end();) {
    play::leftovers part;
    part.what = part_of(at, all.end());
    part.client_id = client + std::to_string(parts.size());
    part.version = as.versions.front();
    part.user_name = as.user;
    part.password = as.password;
    part.keep_alive = as.keep_alive;
    parts.push_back(std::move(part));
  }
  drive::remains book(&from.left());
  std::set<std::string> why;
  std::map<const play::machine*, play::left_things> under_way;
  const auto driver = drive::make_network_driver(from.loop(), from.reach());
  driver->play(
      [&]() -> std::unique_ptr<play::machine> {
        if (parts.empty()) return nullptr;
        auto next = std::make_unique<play::clean_up>(parts.back());
        under_way[next.get()] = std::move(parts.back().what);
        parts.pop_back();
        return next;
      },
      [&](play::played p) {
        const auto& done = static_cast<const play::clean_up&>(*p.what);
        book.removed(under_way[&done], done.rest().what);
        if (!done.why_rest().empty()) why.insert(done.why_rest());
        return true;
      },
      most_at_once);
  if (!driver->lost().empty()) why.insert(driver->lost());
  if (driver->interrupted()) why.insert("interrupted");
  return why;
}

int clean(target::description what, console& on) {
  const fs::path folder = what.state_folder;
  std::vector<target::left_file> files = target::files_of_residue(folder);
  const std::string broker = print(what.own);
  std::set<std::string> others;
  std::size_t in_use = 0;
  std::erase_if(files, [&](const target::left_file& f) {
    if (f.broker != broker) others.insert(f.broker);
    if (f.broker == broker && f.in_use) ++in_use;
    return f.broker != broker || f.in_use;
  });
  if (in_use != 0) {
    on.print(
        fmt::format("{} of the runs on {} go on; what they made is left alone\n", in_use, broker));
  }
  if (files.empty()) {
    on.print(fmt::format("nothing is known to be left on {}\n", broker));
    if (!others.empty()) {
      on.print(fmt::format("something is on: {}\n", fmt::join(others, ", ")));
    }
    return as_expected;
  }
  target::standing_target from(what);
  if (const std::string why = from.stand(); !why.empty()) {
    on.error(what.hidden().hide(why));
    return from.interrupted() ? interrupted : broker_unusable;
  }
  take_over(files, from.left());
  const std::string had = from.left().describe();
  const std::set<std::string> why = remove(from, what);
  const std::string rest = from.left().describe();
  if (rest.empty()) {
    on.print(fmt::format("removed: {}\n", had));
    return as_expected;
  }
  on.print(fmt::format("of {}, {} may still be there\n", had, rest));
  for (const std::string& each : why) on.error(what.hidden().hide(each));
  if (why.contains("interrupted")) return interrupted;
  return unexpected_result;
}

}  // namespace

int clean_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec clean --broker HOST:PORT [OPTIONS]";
  set.explanation =
      "Removes the sessions and retained messages that runs left on this broker which were killed\n"
      "or could not remove them. Files in $XDG_STATE_HOME/mqttspec (~/.local/state/mqttspec) say\n"
      "what they are; nothing else is touched.";
  add_target_options(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  const auto what = read_target(*options, on);
  if (!what) return bad_usage;
  if (what->where != target::place::elsewhere) {
    on.error("nothing says which broker is to be cleaned",
             "add for example: --broker 127.0.0.1:1883");
    return bad_usage;
  }
  return clean(*what, on);
}

}  // namespace mqttspec::cli
