#pragma once
// The proof of the cases: every case against every planted defect, in virtual time.
//
//   proof p = prove(settings, source);
//   p.killed() == p.defects.size()
//
// A defect is killed by a case that fails and cites a statement that the defect breaks. A case is
// run against a defect only where that defect would have answered a question of the sound run
// otherwise; elsewhere the two runs are the same (model/rehearsal.h).
//
// A malformed packet fails any case that meets it, so it proves nothing of what the case claims:
// each case must kill a defect by one of the statements that its own lines cite.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/defects.h"
#include "client/defects.h"
#include "suite/suite.h"

namespace mqttspec::prove {

// A broker as an operator would set it up. Each case runs on the first one that has what it needs.
struct set_up {
  std::string name;
  broker::broker_options options;
  target::capability_values declared;
  std::string user_name;  // of all clients, when the broker asks for one
  std::string password;
};

// A defect, whosever it is.
struct planted {
  std::string_view name;
  std::string_view sentence;
  std::string_view breaks;
  std::string_view seen_in;
  bool sweeping = false;

  planted(const broker::defect& d)
      : name(d.name),
        sentence(d.sentence),
        breaks(d.breaks),
        seen_in(d.seen_in),
        sweeping(d.sweeping) {}
  planted(const client::defect& d)
      : name(d.name),
        sentence(d.sentence),
        breaks(d.breaks),
        seen_in(d.seen_in),
        sweeping(d.sweeping) {}

  std::vector<std::string_view> statements() const;
  bool breaks_one(std::string_view statement) const;  // "v5:MQTT-3.1.2-4"
};

struct prove_settings {
  std::vector<set_up> set_ups;
  suite::suite_settings suite;  // selection of cases, versions, time-outs
  std::vector<const broker::defect*> defects;
  // Where the suite plays the server, in place of |defects|. Every case is run against every one.
  std::vector<const client::defect*> of_clients;
  unsigned threads = 2;
  bool everything = false;  // every case against every defect, touched or not
  bool whole = true;        // |defects| are all there are
  // Of a broker that is odd, and wrong beside that; its options are those of the set-ups.
  model::rules rules;
  broker::network_manner network;
};

enum class effect : std::uint8_t {
  kill,         // the case fails and cites what the defect breaks
  format_kill,  // likewise, but for a malformed packet, of which the case itself claims nothing
  wrong_blame,  // it fails and cites only statements that the defect leaves alone
  explained,    // likewise, but a trace rule names one that it breaks in the same report
  swept,        // likewise, but the defect is one that takes many premises away
  premise,      // inconclusive or error: no accusation
  none,         // the same verdict as on the sound broker, or a note
};

constexpr bool kills(effect e) {
  return e == effect::kill || e == effect::format_kill;
}

struct trial {
  std::size_t defect = 0;
  effect what = effect::none;
  std::vector<std::string> cited;  // of the failure
  std::string message;
  std::string line;                      // "cases/queue/order.mqs:17"
  std::vector<std::string> rules;        // trace rules that noticed, whatever the case came to
  std::vector<std::string> rules_right;  // of these, those that cite what the defect breaks
};

struct proven_case {
  std::string id;
  std::string title;
  std::string file;
  std::uint32_t line = 0;
  std::string level;
  std::string set_up;
  results::verdict outcome{};             // on the sound broker
  std::string reason;                     // why it was skipped, or failed
  std::vector<std::string> false_alarms;  // of trace rules, on the sound broker
  std::vector<trial> trials;              // of the defects that touch it

  bool has_run() const { return outcome != results::verdict::skip; }
  bool can_fail() const { return level == "must" || level == "should"; }
  std::size_t count(effect e) const;
};

struct proven_defect {
  planted what;
  std::size_t tried = 0;  // cases that it touches
  std::vector<std::string> killers;
  std::map<std::string, std::size_t> rules;  // that cite what it breaks, and in how many cases
  std::set<std::string> other_rules;         // that notice it and cite something else
};

struct proof {
  std::vector<proven_case> cases;      // by id
  std::vector<proven_defect> defects;  // in the order of the tables
  std::string failure;                 // not empty: nothing was proved, and why
  std::size_t runs = 0;                // of cases, the sound ones included
  bool whole = true;                   // every defect was planted: idle cases can be told

  std::size_t killed() const;
  std::vector<const proven_defect*> survivors() const;
  std::vector<const proven_case*> idle() const;     // could fail, and kill nothing by their claims
  std::vector<const proven_case*> unsound() const;  // do not pass on the sound broker
  std::size_t wrong_blames() const;
  std::size_t noticed_by_rules() const;  // defects that trace rules alone would have caught
  std::size_t false_alarms() const;      // of trace rules, on the sound broker
  // Everything that a case or a defect must answer for.
  bool complete() const;
  // Defects that some case touches. Those of retained messages cannot show where there are none.
  std::size_t can_show() const;
  // Of the defects that can show 95 in 100 are killed. (Whether the oddity itself is taken for a
  // defect, a run tells.)
  bool holds_on_an_odd_broker() const;
};

proof prove(const prove_settings& settings, const suite::scenario_source& source);

}  // namespace mqttspec::prove
