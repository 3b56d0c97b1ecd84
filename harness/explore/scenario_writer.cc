#include "explore/scenario_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  for (std::size_t i = in.find(what); i != std::string::npos; i = in.find(what, i + by.size())) {
    in.replace(i, what.size(), by);
  }
}

std::string with_namespace(std::string text, const std::string& ns) {
  replace_all(text, ns, "{ns}");
  return text;
}

class writer {
 public:
  writer(const recording& r, const writing_options& options)
      : r_(r), options_(options), names_(r) {}

  std::string write() {
    events_ = r_.events;
    if (!r_.broken.unexpected && r_.broken.seen == "nothing") drop_fence();
    const bool closed = r_.broken.seen == "close";
    if (closed) drop_close();
    const bool mismatch = !events_.empty() && events_.back().kind == event_kind::received &&
                          r_.broken.seen != "nothing" && !closed;
    if (mismatch) events_.pop_back();
    if (options_.without_last) drop_last_messages();
    find_literal_ids();
    const protocol_version version = r_.version_of[r_.broken.connection];
    std::string out = options_.comment;
    out += fmt::format("scenario {}\n  title \"{}\"\n  versions {}\n  clients", options_.name,
                       r_.broken.what, wire::version_name(version));
    for (const std::string& name : names_.all()) {
      if (names_.version(name) == version) out += " " + name;
    }
    out += "\n";
    for (const std::string& name : names_.all()) {
      if (names_.version(name) == version) continue;
      out +=
          fmt::format("  clients {} speaks {}\n", name, wire::version_name(names_.version(name)));
    }
    out += "\n  step \"what leads to it\"\n";
    const std::size_t end = events_.size();
    std::size_t group = end;  // the run of packets that may come in any order
    if (options_.any_order && !unexpected()) {
      while (group > 0 && events_[group - 1].kind == event_kind::received) --group;
    }
    for (std::size_t i = 0; i < group;) {
      const std::size_t run = options_.any_order ? answers_from(i, group) : 0;
      if (run > 1) {
        out += all_of(i, i + run);
      } else {
        out += line(events_[i]);
      }
      i += std::max<std::size_t>(run, 1);
    }
    std::string together;
    for (std::size_t i = group; i < end; ++i) {
      if (events_[i].connection == r_.broken.connection) {
        together += alternative(events_[i]);
      } else {
        out += line(events_[i]);
      }
    }
    if (options_.any_order && !closed) together += other_debts();
    out += "\n  step \"what must follow\"\n" + claim(together);
    return out;
  }

 private:
  // How many packets follow each other from |i| on, before |end|, that may change places: answers
  // and messages. Nothing may stand in front of CONNACK or behind DISCONNECT.
  std::size_t answers_from(std::size_t i, std::size_t end) const {
    std::size_t n = 0;
    for (; i + n < end; ++n) {
      const event& e = events_[i + n];
      if (e.kind != event_kind::received || e.packet.type == packet_type::connack ||
          e.packet.type == packet_type::disconnect) {
        break;
      }
    }
    return n;
  }

  // The packets of each connection in any order.
  std::string all_of(std::size_t from, std::size_t to) {
    std::vector<connection_id> done;
    std::string out;
    for (std::size_t i = from; i < to; ++i) {
      const connection_id c = events_[i].connection;
      if (std::find(done.begin(), done.end(), c) != done.end()) continue;
      done.push_back(c);
      std::vector<std::size_t> own;
      for (std::size_t k = i; k < to; ++k) {
        if (events_[k].connection == c) own.push_back(k);
      }
      if (own.size() == 1) {
        out += line(events_[i]);
        continue;
      }
      out += fmt::format("    {} < all of\n", names_.of(c));
      for (const std::size_t k : own) out += alternative(events_[k]);
    }
    return out;
  }

  // A line of a group.
  std::string alternative(const event& e) {
    std::string text = line(e);
    text.erase(0, text.find(" < ") + 3);
    return "      " + text;
  }

  // The PINGREQ behind a debt: a broker that pays would do so in front of its PINGRESP.
  void drop_fence() {
    for (std::size_t i = events_.size(); i-- > 0;) {
      const event& e = events_[i];
      if (e.kind != event_kind::sent) continue;
      if (e.packet.type != packet_type::pingreq) return;
      const connection_id c = e.connection;
      std::erase_if(events_, [&](const event& x) {
        return &x >= &events_[i] && x.connection == c &&
               (x.packet.type == packet_type::pingreq || x.packet.type == packet_type::pingresp);
      });
      return;
    }
  }

  // The close that came in place of an answer, and the DISCONNECT in front of it.
  void drop_close() {
    std::erase_if(events_, [&](const event& e) {
      return e.connection == r_.broken.connection &&
             (e.kind == event_kind::closed ||
              (e.kind == event_kind::received && e.packet.type == packet_type::disconnect));
    });
  }

  // What is owed besides: a broker that pays may do so first.
  std::string other_debts() {
    std::string out;
    for (const std::string& debt : r_.debts) {
      if (debt == r_.broken.expected || debt == "PINGRESP" || debt == "close") continue;
      out += fmt::format("      {}\n", with_captures(debt, r_.broken.connection));
    }
    return out;
  }

  std::string claim(const std::string& together) {
    const violation& v = r_.broken;
    const std::string& who = names_.of(v.connection);
    std::string tags;
    for (std::size_t i = 0; i < v.statements.size();) {
      const std::size_t end = std::min(v.statements.find(' ', i), v.statements.size());
      tags += " @" + v.statements.substr(i, end - i);
      i = end + 1;
    }
    if (!unexpected()) {
      const bool close = v.expected == "close";
      const std::string expected = citing(with_captures(v.expected, v.connection), tags);
      if (close && r_.version_of[v.connection] == protocol_version::v5) {
        return fmt::format("    {} < any of within 12s\n      close{}\n      DISCONNECT{}\n", who,
                           tags, tags);
      }
      if (expected.starts_with("CONNACK reason")) {  // or no answer at all
        return fmt::format("    {} < any of within 12s\n      {}{}\n      close{}\n", who, expected,
                           tags, tags);
      }
      if (together.empty()) {
        return fmt::format("    {} < {} within {}{}\n", who, expected, close ? "12s" : "5s", tags);
      }
      return fmt::format("    {} < all of within 5s\n{}      {}{}\n", who, together, expected,
                         tags);
    }
    if (std::find(r_.debts.begin(), r_.debts.end(), "close") != r_.debts.end()) {
      return closing(tags);
    }
    if (options_.nothing_more && v.expected.starts_with("PUBLISH")) {
      return fmt::format("    {0} > PINGREQ\n    {0} < any of\n      PINGRESP{1}\n      {2}{1}\n",
                         who, tags, citing(with_captures(v.expected, v.connection), tags));
    }
    std::string out;
    bool fenced = false;
    for (const std::string& debt : r_.debts) {
      fenced |= debt == "PINGRESP";
      out += fmt::format("    {} < {}{}{}\n", who, with_captures(debt, v.connection),
                         debt.starts_with("PUBLISH") ? other_identifier() : "", tags);
      if (options_.without_last) return out;  // of what waits, only the first is sure to fit
    }
    if (!fenced) out += fmt::format("    {0} > PINGREQ\n    {0} < PINGRESP{1}\n", who, tags);
    out += fmt::format("    {0} < nothing for 500ms{1}\n", who, tags);
    return out;
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
    const connection_id c = r_.broken.connection;
    const bool v5 = r_.version_of[c] == protocol_version::v5;
    const bool answered = std::any_of(events_.begin(), events_.end(), [&](const event& e) {
      return e.connection == c && e.kind == event_kind::received &&
             e.packet.type == packet_type::connack;
    });
    std::string others;
    if (!answered && !r_.broken.seen.starts_with("CONNACK")) {
      others += fmt::format("      CONNACK session_present=0 reason in {}{}\n",
                            v5 ? "0x80..0x9F" : "1..5", tags);
    }
    if (answered && v5) {
      others += fmt::format("      DISCONNECT reason in 0x80..0xA2{}\n", tags);
    }
    const std::string& who = names_.of(c);
    if (others.empty()) return fmt::format("    {} < close within 12s{}\n", who, tags);
    return fmt::format("    {} < any of within 12s\n      close{}\n{}", who, tags, others);
  }

  // For a message that came with the identifier of another one: not again.
  std::string other_identifier() const {
    const std::string& of = r_.broken.statements;
    if (of.find("MQTT-2.2.1-") == std::string::npos &&
        of.find("MQTT-2.3.1-") == std::string::npos) {
      return {};
    }
    std::string list;
    for (const auto& [key, name] : captures_) {
      if (key.first != r_.client_of[r_.broken.connection]) continue;
      list += (list.empty() ? "{" : ", {") + name + "}";
    }
    return list.empty() ? list : " id not in (" + list + ")";
  }

  void drop_last_messages() {
    const auto last_is = [&](auto... types) {
      const event& e = events_.back();
      return e.connection == r_.broken.connection && ((e.packet.type == types) || ...);
    };
    while (!events_.empty() && events_.back().kind == event_kind::sent &&
           last_is(packet_type::puback, packet_type::pubrec, packet_type::pubcomp)) {
      events_.pop_back();
    }
    while (!events_.empty() && events_.back().kind == event_kind::received &&
           last_is(packet_type::publish)) {
      events_.pop_back();
    }
  }

  // Client Identifiers that mean something by their letters or length stay as they were.
  void find_literal_ids() {
    std::map<std::string, std::set<std::string>> by_lower;
    for (const event& e : events_) {
      if (e.kind != event_kind::sent || e.packet.type != packet_type::connect) continue;
      const std::string& id = e.packet.client_id;
      std::string lower = id;
      for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      }
      by_lower[lower].insert(id);
      if (id.size() == 23) literal_ids_.insert(id);
    }
    for (const auto& [lower, spelled] : by_lower) {
      if (spelled.size() > 1) literal_ids_.insert(spelled.begin(), spelled.end());
    }
  }

  std::string with_captures(const std::string& expected, connection_id c) {
    if (!expected.starts_with("PUB")) return expected;
    if (!expected.starts_with("PUBREL") && !expected.starts_with("PUBLISH")) return expected;
    const std::size_t at = expected.find(" id=");
    if (at == std::string::npos) return expected;
    const auto id = static_cast<std::uint16_t>(std::stoul(expected.substr(at + 4)));
    const auto captured = captures_.find({r_.client_of[c], id});
    if (captured == captures_.end()) return expected;
    const std::size_t end = std::min(expected.find(' ', at + 1), expected.size());
    return expected.substr(0, at + 4) + "{" + captured->second + "}" + expected.substr(end);
  }

  std::string line(const event& e) {
    if (e.kind == event_kind::waited) return fmt::format("    wait {}\n", print_duration(e.length));
    if (e.kind == event_kind::restarted) return "    broker restart\n";
    const std::string& who = names_.of(e.connection);
    switch (e.kind) {
      case event_kind::sent: {
        const bool first = connected_.insert(e.connection).second;
        return fmt::format("{}    {} > {}{}\n",
                           first && e.packet.type != packet_type::connect
                               ? fmt::format("    {} > open\n", who)
                               : "",
                           who, sent(e), e.edit);
      }
      case event_kind::received:
        if (e.packet.type == packet_type::disconnect) return ending(e.connection);
        return fmt::format("    {} < {}\n", who, received(e));
      case event_kind::shut:
        shut_.insert(e.connection);
        return fmt::format("    {} > shutdown\n", who);
      case event_kind::aborted:
        return fmt::format("    {} > abort\n", who);
      case event_kind::closed:
        if (told_.contains(e.connection)) return {};
        // In 5.0 DISCONNECT may say what was wrong before that.
        if (shut_.contains(e.connection) &&
            !(options_.any_order && r_.version_of[e.connection] == protocol_version::v5)) {
          return fmt::format("    {} < close\n", who);
        }
        return ending(e.connection);
      default:
        return {};
    }
  }

  // The broker ends a connection; in 5.0 it may say why.
  std::string ending(connection_id c) {
    const std::string& who = names_.of(c);
    told_.insert(c);
    if (r_.version_of[c] == protocol_version::v311) {
      return fmt::format("    {} < close within 12s\n", who);
    }
    return fmt::format(
        "    {0} < any of within 12s\n      close\n      DISCONNECT reason in "
        "(protocol_error, malformed_packet, session_taken_over, keep_alive_timeout, "
        "topic_alias_invalid)\n",
        who);
  }

  std::string identifier(const event& e) {
    const auto captured = captures_.find({r_.client_of[e.connection], e.packet.packet_id});
    if (captured == captures_.end()) return fmt::format("{}", e.packet.packet_id);
    return "{" + captured->second + "}";
  }

  std::string sent(const event& e) {
    wire::packet p = e.packet;
    const std::string name(wire::packet_of(p.type).name);
    if (p.type == packet_type::puback || p.type == packet_type::pubrec ||
        p.type == packet_type::pubcomp) {
      std::string out = name + " id=" + identifier(e);
      if (p.reason != 0) {
        out += fmt::format(" reason={}", wire::reason_name(p.type, p.version, p.reason));
      }
      return out;
    }
    p.user_name.reset();
    p.password.reset();
    const bool literal = literal_ids_.contains(p.client_id);
    std::string out = literal ? wire::print(p) : with_namespace(wire::print(p), r_.ns);
    for (const char* usual :
         {" dup=0", " retain=0", " no_local=0", " retain_as_published=0", " retain_handling=0",
          " keep_alive=0", " will_retain=0", " reason=success", " reason=normal_disconnection"}) {
      replace_all(out, usual, "");
    }
    return out;
  }

  std::string received(const event& e) {
    const wire::packet& p = e.packet;
    const std::string name(wire::packet_of(p.type).name);
    switch (p.type) {
      case packet_type::connack:
        if (p.reason != 0) {
          return fmt::format("CONNACK session_present={} reason={}", p.session_present ? 1 : 0,
                             wire::reason_name(p.type, p.version, p.reason));
        }
        return fmt::format("CONNACK session_present={}", p.session_present ? 1 : 0);
      case packet_type::publish:
        return published(e);
      case packet_type::pubrel:
        return "PUBREL id=" + identifier(e);
      case packet_type::pingresp:
        return name;
      case packet_type::pubcomp:
        if (p.reason != 0) {
          return fmt::format("PUBCOMP id={} reason={}", p.packet_id,
                             wire::reason_name(p.type, p.version, p.reason));
        }
        [[fallthrough]];
      default:
        return fmt::format("{} id={}", name, p.packet_id);
    }
  }

  std::string published(const event& e) {
    const wire::packet& p = e.packet;
    std::string out = fmt::format("PUBLISH topic=\"{}\" qos={} dup={} retain={} payload=\"{}\"",
                                  with_namespace(p.topic, r_.ns), p.qos, p.dup ? 1 : 0,
                                  p.retain ? 1 : 0, p.payload);
    if (p.qos == 0) return out;
    const std::pair<std::uint8_t, std::uint16_t> key{r_.client_of[e.connection], p.packet_id};
    if (p.dup && captures_.contains(key)) return out + " id={" + captures_[key] + "}";
    captures_[key] = fmt::format("id{}", ++captured_);
    return out + " id as " + captures_[key];
  }

  const recording& r_;
  const writing_options& options_;
  connection_names names_;
  std::vector<event> events_;
  std::map<std::pair<std::uint8_t, std::uint16_t>, std::string> captures_;
  std::set<connection_id> shut_;
  std::set<connection_id> told_;  // that they end
  std::set<connection_id> connected_;
  std::set<std::string> literal_ids_;
  int captured_ = 0;
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
