#include "explore/scenario_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "explore/scenario_lines.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::protocol_version;

namespace {

class writer {
 public:
  writer(const recording& r, const writing_options& options)
      : r_(r), options_(options), moments_(moments_of(r.trace)), lines_(r.ns, moments_) {}

  std::string write() {
    if (!r_.broken.unexpected && r_.broken.seen == "nothing") drop_fence();
    const bool closed = r_.broken.seen == "close" && r_.broken.rule.empty();
    if (closed) drop_close();
    const bool mismatch = !moments_.empty() && is_received(moments_.back()) &&
                          r_.broken.seen != "nothing" && !closed && r_.broken.rule.empty();
    if (mismatch) moments_.pop_back();
    if (options_.without_last) drop_last_messages();
    std::string out = headers() + "\n  step \"what leads to it\"\n";
    const std::size_t end = moments_.size();
    std::size_t tail = end;  // the packets that came last may come behind what is owed
    if (!unexpected() && r_.broken.rule.empty()) {
      while (tail > 0 && may_change_places(moments_[tail - 1])) --tail;
    }
    for (std::size_t i = 0; i < tail;) {
      std::size_t run = i;
      while (run < tail && may_change_places(moments_[run])) ++run;
      out += run - i > 1 ? all_of(i, run) : lines_.line(moments_[i]);
      i = std::max(run, i + 1);
    }
    std::vector<std::string> together;
    for (std::size_t i = tail; i < end; ++i) {
      if (moments_[i].e.client == r_.client) {
        together.push_back(without_client(lines_.line(moments_[i])));
      } else {
        out += lines_.line(moments_[i]);
      }
    }
    if (!r_.broken.rule.empty()) return out;
    return out + "\n  step \"what must follow\"\n" + claim(std::move(together));
  }

 private:
  std::string headers() const {
    std::string out = options_.comment;
    out += fmt::format("scenario {}\n  title \"{}\"\n  versions {}\n  clients", options_.name,
                       r_.broken.what, wire::version_name(r_.version));
    std::set<std::string> told;
    std::string others;
    for (const moment& m : moments_) {
      if (!is(m, trace::event_kind::opened) || !told.insert(m.e.client).second) continue;
      const std::string& name = m.e.client;
      const protocol_version version = m.e.version;
      if (version == r_.version) {
        out += " " + name;
      } else {
        others += fmt::format("  clients {} speaks {}\n", name, wire::version_name(version));
      }
    }
    out += "\n" + others;
    if (const std::size_t window = most_in_flight(); window > 1) {
      out += fmt::format("  needs inflight_window >= {}\n", window);
    }
    return out;
  }

  // How many messages a client has at once: brokers may keep fewer in flight.
  std::size_t most_in_flight() const {
    std::map<char, std::set<std::uint16_t>> open;
    std::size_t most = 0;
    for (const moment& m : moments_) {
      if (!m.p) continue;
      auto& ids = open[m.e.client.front()];
      const packet_type type = m.p->type;
      if (is_received(m) && type == packet_type::publish && m.p->qos > 0) {
        ids.insert(m.p->packet_id);
      } else if (is_sent(m) && (type == packet_type::puback || type == packet_type::pubcomp ||
                                (type == packet_type::pubrec && m.p->reason >= 0x80))) {
        ids.erase(m.p->packet_id);
      }
      most = std::max(most, ids.size());
    }
    const auto owed = std::count_if(r_.debts.begin(), r_.debts.end(),
                                    [](const std::string& d) { return d.starts_with("PUBLISH"); });
    return std::max(most, open[r_.client.front()].size() + static_cast<std::size_t>(owed));
  }

  // The packets of each connection in any order.
  std::string all_of(std::size_t from, std::size_t to) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<std::string>> lines;
    for (std::size_t i = from; i < to; ++i) {
      const std::string& who = moments_[i].e.client;
      if (!lines.contains(who)) order.push_back(who);
      lines[who].push_back(without_client(lines_.line(moments_[i])));
    }
    std::string out;
    for (const std::string& who : order) {
      const auto& own = lines[who];
      out += own.size() == 1 ? fmt::format("    {} < {}\n", who, own.front())
                             : group(who, "all of", own);
    }
    return out;
  }

  // A line as one of a group.
  static std::string without_client(std::string text) {
    text.erase(0, text.find(" < ") + 3);
    text.pop_back();
    return text;
  }

  // The PINGREQ behind a debt: a broker that pays would do so in front of its PINGRESP.
  void drop_fence() {
    const auto sent = std::find_if(moments_.rbegin(), moments_.rend(), is_sent);
    if (sent == moments_.rend() || !is(*sent, packet_type::pingreq)) return;
    const connection_id c = sent->e.connection;
    const auto at = moments_.size() - 1 - static_cast<std::size_t>(sent - moments_.rbegin());
    std::erase_if(moments_, [&](const moment& m) {
      return &m >= &moments_[at] && m.e.connection == c &&
             (is(m, packet_type::pingreq) || is(m, packet_type::pingresp));
    });
  }

  // The close that came in place of an answer, and the DISCONNECT in front of it.
  void drop_close() {
    std::erase_if(moments_, [&](const moment& m) {
      return m.e.connection == r_.broken.connection &&
             (is_end(m) || (is_received(m) && is(m, packet_type::disconnect)));
    });
  }

  // Sent and not answered.
  bool owes_ping() const {
    const auto count = [&](packet_type type) {
      return std::count_if(moments_.begin(), moments_.end(), [&](const moment& m) {
        return m.e.connection == r_.broken.connection && is(m, type);
      });
    };
    return count(packet_type::pingreq) > count(packet_type::pingresp);
  }

  // What is owed besides: a broker that pays may do so first.
  void add_other_debts(std::vector<std::string>& to) {
    for (const std::string& debt : r_.debts) {
      if (debt == r_.broken.expected || debt == "close") continue;
      if (debt == "PINGRESP" && !owes_ping()) continue;
      to.push_back(lines_.with_captures(r_.client, debt));
    }
  }

  std::string tags() const {
    std::string out;
    std::istringstream ids(r_.broken.statements);
    for (std::string id; ids >> id;) out += " @" + id;
    return out;
  }

  std::string claim(std::vector<std::string> together) {
    const violation& v = r_.broken;
    const std::string& who = r_.client;
    if (unexpected()) return nothing_else(tags());
    const std::string expected = citing(lines_.with_captures(r_.client, v.expected), tags());
    if (v.expected == "close" && r_.version == protocol_version::v5) {
      return group(who, "any of within 12s", {"close" + tags(), "DISCONNECT" + tags()});
    }
    if (expected.starts_with("CONNACK reason")) {  // or no answer at all
      return group(who, "any of within 12s", {expected + tags(), "close" + tags()});
    }
    if (v.seen != "close") add_other_debts(together);
    const std::string owed = expected + tags();
    // What need not come may come in between.
    std::string out;
    if (!r_.may_come.empty()) {
      std::vector<std::string> first = {expected + " ends \"it came before what else may come\"" +
                                        tags()};
      first.insert(first.end(), together.begin(), together.end());
      first.insert(first.end(), r_.may_come.begin(), r_.may_come.end());
      for (std::size_t n = 1; n < first.size(); ++n) out += group(who, "any of within 5s", first);
      together.clear();
    }
    if (together.empty()) {
      return out + fmt::format("    {} < {} within {}{}\n", who, expected,
                               v.expected == "close" ? "12s" : "5s", tags());
    }
    together.push_back(owed);
    return group(who, "all of within 5s", together);
  }

  // Something came: what is owed comes, what may come, and nothing else.
  std::string nothing_else(const std::string& tags) {
    const violation& v = r_.broken;
    const std::string& who = r_.client;
    if (std::find(r_.debts.begin(), r_.debts.end(), "close") != r_.debts.end()) {
      return closing(tags);
    }
    if (options_.nothing_more && v.expected.starts_with("PUBLISH")) {
      return fmt::format("    {} > PINGREQ\n", who) +
             group(who, "any of",
                   {"PINGRESP" + tags,
                    citing(lines_.with_captures(r_.client, v.expected), tags) + tags});
    }
    std::vector<std::string> due;
    for (const std::string& debt : r_.debts) {
      due.push_back(lines_.with_captures(r_.client, debt) +
                    (debt.starts_with("PUBLISH") && is_about_identifiers()
                         ? lines_.other_identifier(r_.client)
                         : "") +
                    tags);
      // Of what waits, only the first is sure to fit.
      if (options_.without_last) return fmt::format("    {} < {}\n", who, due.front());
    }
    std::string out;
    if (std::find(r_.debts.begin(), r_.debts.end(), "PINGRESP") == r_.debts.end()) {
      out = fmt::format("    {} > PINGREQ\n", who);
      due.push_back("PINGRESP" + tags);
    }
    if (!r_.may_come.empty()) {
      const std::size_t most = due.size() + r_.may_come.size();
      due.insert(due.end(), r_.may_come.begin(), r_.may_come.end());
      due.push_back("nothing" + tags);
      for (std::size_t n = 0; n < most; ++n) out += group(who, "any of for 2s", due);
    } else if (due.size() == 1) {
      out += fmt::format("    {} < {}\n", who, due.front());
    } else {
      out += group(who, "all of", due);
    }
    return out + fmt::format("    {} < nothing for 500ms{}\n", who, tags);
  }

  // |expected| with the statements at each field that has a rule of its own: this packet is owed,
  // and another one with such a field breaks them as well.
  static std::string citing(std::string expected, std::string tags) {
    std::erase(tags, ' ');
    if (expected.starts_with("CONNACK session") && expected.find(" reason=") == expected.npos) {
      expected += " reason=success";
    }
    for (const std::string_view field :
         {" session_present=", " reason=success", " qos=", " dup=", " retain="}) {
      const std::size_t at = expected.find(field);
      if (at == std::string::npos) continue;
      const std::size_t end = std::min(expected.find(' ', at + 1), expected.size());
      expected.insert(end, tags);
    }
    return expected;
  }

  bool unexpected() const { return r_.broken.unexpected || options_.nothing_more; }

  // The end of the connection, and what may stand in front of it.
  std::string closing(const std::string& tags) const {
    const bool v5 = r_.version == protocol_version::v5;
    const bool answered = std::any_of(moments_.begin(), moments_.end(), [&](const moment& m) {
      return m.e.connection == r_.broken.connection && is(m, packet_type::connack);
    });
    std::vector<std::string> ends = {"close" + tags};
    if (!answered && !r_.broken.seen.starts_with("CONNACK")) {
      ends.push_back(fmt::format("CONNACK session_present=0 reason in {}{}",
                                 v5 ? "0x80..0x9F" : "1..5", tags));
    }
    if (answered && v5) ends.push_back("DISCONNECT reason in 0x80..0xA2" + tags);
    if (ends.size() > 1) return group(r_.client, "any of within 12s", ends);
    return fmt::format("    {} < close within 12s{}\n", r_.client, tags);
  }

  // A message came with the identifier of another one.
  bool is_about_identifiers() const {
    const std::string& of = r_.broken.statements;
    return of.find("MQTT-2.2.1-") != of.npos || of.find("MQTT-2.3.1-") != of.npos;
  }

  void drop_last_messages() {
    const auto last_is = [&](bool sent, auto... types) {
      if (moments_.empty()) return false;
      const moment& m = moments_.back();
      return m.e.client == r_.client && (sent ? is_sent(m) : is_received(m)) &&
             (is(m, types) || ...);
    };
    while (last_is(true, packet_type::puback, packet_type::pubrec, packet_type::pubcomp)) {
      moments_.pop_back();
    }
    while (last_is(false, packet_type::publish)) moments_.pop_back();
  }

  const recording& r_;
  const writing_options& options_;
  std::vector<moment> moments_;
  scenario_lines lines_;
};

}  // namespace

std::string write_scenario(const recording& r, const writing_options& options) {
  return writer(r, options).write();
}

std::string slug(std::string_view sentence) {
  std::string out;
  for (const char c : sentence) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter)
      out += c;
    else if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

}  // namespace mqttspec::explore
