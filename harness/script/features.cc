#include "script/features.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace mqttspec::script {

namespace {

using wire::packet_type;

bool needs(const scenario& s, std::string_view capability, std::int64_t least) {
  return std::any_of(s.needs.begin(), s.needs.end(), [&](const need& n) {
    if (n.capability != capability) return false;
    return n.op == comparison::exists ||
           (n.op == comparison::greater_or_equal && n.number >= least);
  });
}

const field_clause* clause_of(const send_line& send, std::string_view name) {
  const auto& all = send.packet.fields;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const field_clause& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// |test| for some CONNECT, in the order of the lines.
template <class Test>
bool some_connect(const scenario& s, Test test) {
  return std::any_of(s.lines.begin(), s.lines.end(), [&](const instruction& i) {
    const auto* send = std::get_if<send_line>(&i.what);
    return send != nullptr && send->kind == send_kind::packet &&
           send->packet.type == packet_type::connect && test(*send);
  });
}

std::optional<wire::value> value_of(const send_line& send, std::string_view name,
                                    const bindings& known) {
  const field_clause* clause = clause_of(send, name);
  return clause != nullptr ? evaluate(clause->values.front(), known) : std::nullopt;
}

// What the lines so far have done to a session.
struct session_so_far {
  bool begun_clean = false;
  bool subscribed = false;
  bool lost = false;
};

// How sessions are left that somebody comes back to without asking for a clean start.
class resumptions {
 public:
  explicit resumptions(const scenario& s) : known_(s.constants) {
    for (const instruction& i : s.lines) {
      if (const auto* send = std::get_if<send_line>(&i.what)) look_at(*send);
    }
  }
  const std::set<feature>& all() const { return all_; }

 private:
  void look_at(const send_line& l) {
    if (l.kind == send_kind::packet && l.packet.type == packet_type::connect) return connect(l);
    session_so_far* session = of(l.client);
    if (session == nullptr) return;
    if (l.kind == send_kind::packet && l.packet.type == packet_type::subscribe) {
      session->subscribed = true;
    } else if (l.kind == send_kind::packet && l.packet.type == packet_type::disconnect) {
      ids_.erase(l.client);
    } else if (l.kind == send_kind::close || l.kind == send_kind::shutdown ||
               l.kind == send_kind::abort) {
      session->lost = true;
    }
  }

  void connect(const send_line& l) {
    const auto id = value_of(l, "client_id", known_);
    const auto* text = id ? std::get_if<std::string>(&*id) : nullptr;
    if (text == nullptr) return;
    const bool v5 = l.packet.version == wire::protocol_version::v5;
    const char* field = v5 ? "clean_start" : "clean_session";
    const bool clean =
        value_of(l, field, known_).value_or(std::uint64_t{1}) != wire::value(std::uint64_t{0});
    const auto before = sessions_.find(*text);
    if (before == sessions_.end() && !clean) all_.insert(feature::begin_without_clean_start);
    if (before == sessions_.end() || clean) {
      sessions_[*text] = {.begun_clean = clean && v5};
    } else {
      all_.insert(feature::resume);
      const session_so_far& is = before->second;
      if (is.begun_clean) all_.insert(feature::resume_of_clean_start);
      if (!is.subscribed) all_.insert(feature::resume_without_subscription);
      if (is.lost) all_.insert(feature::resume_after_loss);
      before->second.lost = false;
    }
    ids_[l.client] = *text;
  }

  session_so_far* of(const std::string& client) {
    const auto id = ids_.find(client);
    return id == ids_.end() ? nullptr : &sessions_.at(id->second);
  }

  const bindings& known_;
  std::map<std::string, session_so_far> sessions_;  // by Client Identifier
  std::map<std::string, std::string> ids_;          // of clients that have not said goodbye
  std::set<feature> all_;
};

}  // namespace

std::string_view absence_of(feature f) {
  switch (f) {
    case feature::shared_subscriptions:
      return "shared subscriptions deliver nothing here";
    case feature::retained_messages:
      return "retained messages are never sent here";
    case feature::wills:
      return "wills are never sent here";
    case feature::qos2:
      return "an exchange of QoS 2 is never completed here";
    case feature::begin_without_clean_start:
      return "no session can be begun without a clean start here";
    case feature::resume:
      return "no session is ever resumed here";
    case feature::resume_of_clean_start:
      return "no session that was begun with Clean Start 1 is ever resumed here";
    case feature::resume_without_subscription:
      return "no session without a subscription is ever resumed here";
    case feature::resume_after_loss:
      return "no session is ever resumed here after its connection was lost";
  }
  return "";
}

bool is_kept(feature f) {
  return f >= feature::resume;
}

std::vector<feature> features_of(const scenario& s) {
  std::vector<feature> out;
  if (needs(s, "shared_subscription_available", 1)) out.push_back(feature::shared_subscriptions);
  if (needs(s, "retain_available", 1)) out.push_back(feature::retained_messages);
  if (some_connect(s, [](const send_line& c) { return clause_of(c, "will_topic") != nullptr; })) {
    out.push_back(feature::wills);
  }
  if (needs(s, "maximum_qos", 2)) out.push_back(feature::qos2);
  const resumptions resumed(s);
  out.insert(out.end(), resumed.all().begin(), resumed.all().end());
  return out;
}

bool is_witness(const scenario& s) {
  return std::find(s.tags.begin(), s.tags.end(), "witness") != s.tags.end();
}

}  // namespace mqttspec::script
