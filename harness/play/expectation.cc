#include "play/expectation.h"

#include <fmt/format.h>

#include <algorithm>

#include "script/about.h"
#include "wire/table.h"

namespace mqttspec::play {

using script::alternative;
using script::awaited;
using script::group_kind;

namespace {

instant minus(instant from, duration length) {
  return from < instant::min() + length ? instant::min() : from - length;
}

std::string name_of(const alternative& a) {
  switch (a.what) {
    case awaited::packet:
      return std::string(wire::packet_of(a.packet.type).name);
    case awaited::close:
      return "close";
    case awaited::nothing:
      return "nothing";
  }
  return {};
}

// How far what came is from an alternative: an accepting one is no measure of a refusal, nor the
// other way round.
std::pair<bool, std::size_t> distance(const std::vector<match_fault>& faults) {
  const bool other_answer = std::any_of(faults.begin(), faults.end(), [](const match_fault& f) {
    return f.field.starts_with("reason");
  });
  return {other_answer, faults.size()};
}

void append(std::vector<script::statement_reference>& to,
            const std::vector<script::statement_reference>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

arrival arrival_of(const inbound& item) {
  return item.kind == inbound_kind::packet ? arrival{item.packet.type} : arrival{};
}

// Why a server may refuse or end any connection, whatever its client did.
std::string own_reason_in(const wire::packet& p) {
  using wire::reason_code;
  static constexpr reason_code own[] = {
      reason_code::server_unavailable,    reason_code::server_busy,
      reason_code::server_shutting_down,  reason_code::quota_exceeded,
      reason_code::administrative_action, reason_code::use_another_server,
      reason_code::server_moved,          reason_code::connection_rate_exceeded,
      reason_code::maximum_connect_time};
  if (p.type != wire::packet_type::connack && p.type != wire::packet_type::disconnect) return {};
  const bool v5 = p.version == wire::protocol_version::v5;
  constexpr std::uint8_t v311_server_unavailable = 0x03;
  const bool is_own = v5 ? std::any_of(std::begin(own), std::end(own),
                                       [&](reason_code r) { return code_of(r) == p.reason; })
                         : p.reason == v311_server_unavailable;
  if (!is_own) return {};
  return fmt::format("{} ({:#04x})", wire::reason_name(p.type, p.version, p.reason), p.reason);
}

}  // namespace

window window_of(const script::timing& t, instant reached, instant previous,
                 std::optional<instant> mark, const window_terms& terms) {
  const auto [timeout, slack, patience] = terms;
  window w;
  w.counts_from = mark.value_or(t.earliest ? std::min(previous, reached) : reached);
  if (!t.latest) {
    w.in_time = saturating_add(reached, timeout);
    w.quiet_until = w.in_time;
    w.latest = std::max(w.in_time, saturating_add(reached, patience));
    w.due = reached;
    w.text = fmt::format("within the time-out of {}", print_duration(timeout));
    return w;
  }
  if (t.earliest) w.earliest = minus(mark.value_or(previous) + *t.earliest, slack);
  w.quiet_until = saturating_add(mark.value_or(reached), *t.latest);
  w.latest = saturating_add(w.quiet_until, slack);
  if (t.tolerated) {
    w.in_time = w.latest;
    // Nobody is more patient with what the file tolerates.
    const instant tolerated = std::min(saturating_add(mark.value_or(reached), *t.tolerated),
                                       saturating_add(w.quiet_until, patience));
    w.latest = saturating_add(tolerated, slack);
    w.due = t.earliest ? mark.value_or(previous) + *t.earliest : w.counts_from;
  } else if (!t.earliest) {
    w.in_time = w.latest;
    w.latest = std::max(w.latest, saturating_add(mark.value_or(reached), patience));
    w.due = w.counts_from;
  }
  w.text = t.earliest ? fmt::format("between {} and {}", print_duration(*t.earliest),
                                    print_duration(*t.latest))
                      : fmt::format("within {}", print_duration(*t.latest));
  if (t.tolerated) w.text += " or until " + print_duration(*t.tolerated);
  if (!t.since.empty()) w.text += " since " + t.since;
  return w;
}

std::string lateness(std::string_view what, instant at, const window& w) {
  return fmt::format("{} came {} late (expected {})", what,
                     print_duration(std::chrono::round<std::chrono::milliseconds>(at - w.due)),
                     w.text);
}

expectation::expectation(const script::expect_line& line, window when,
                         const script::bindings& known, wire::sender peer)
    : line_(line), window_(std::move(when)), known_(known), peer_(peer) {
  for (const alternative& a : line.alternatives) open_.push_back(&a);
}

bool expectation::accepts_nothing() const {
  return std::any_of(open_.begin(), open_.end(),
                     [](const alternative* a) { return a->what == awaited::nothing; });
}

instant expectation::deadline() const {
  if (overtaken_) return std::min(window_.in_time, window_.latest);
  return accepts_nothing() ? window_.quiet_until : window_.latest;
}

void expectation::extend(duration length) {
  window_.latest = saturating_add(window_.latest, length);
  window_.in_time = saturating_add(window_.in_time, length);
  window_.extended += length;
}

judgement expectation::judge(std::deque<inbound>& queue, link_end end, instant now) {
  while (!queue.empty()) {
    if (accepts_nothing() && queue.front().at > window_.quiet_until) break;
    const inbound item = std::move(queue.front());
    queue.pop_front();
    if (overtaken_) {
      if (is_awaited(item)) return settle_order(true);
      ++came_behind_;
      continue;
    }
    judgement j = on_item(item);
    if (j.is == judgement::state::failed && item.is_by_the_way) continue;
    j.trace_number = item.trace_number;
    if (j.is == judgement::state::failed && is_about_order(j)) {
      overtaken_ = std::move(j);
    } else if (j.is != judgement::state::pending) {
      return j;
    }
  }
  return on_silence(end, now);
}

// Another message came than the line awaits. Whether that one is late or lost, what comes next
// tells.
bool expectation::is_about_order(const judgement& j) {
  return std::any_of(j.statements.begin(), j.statements.end(), script::about_order);
}

bool expectation::is_awaited(const inbound& item) const {
  return item.kind == inbound_kind::packet &&
         std::any_of(open_.begin(), open_.end(), [&](const alternative* a) {
           return a->what == awaited::packet &&
                  match(a->packet, item.packet, known_).faults.empty();
         });
}

judgement expectation::settle_order(bool it_came) {
  judgement j = std::move(*overtaken_);
  overtaken_.reset();
  // A server that sends one message at a time holds the awaited one back, if it still has it: then
  // it may be either.
  if (it_came || came_behind_ > 0) {
    std::erase_if(j.statements, [&](const script::statement_reference& s) {
      return script::about_order(s) != it_came;
    });
  }
  j.message += it_came ? "; that one came behind it" : "; that one did not come";
  return j;
}

judgement expectation::on_silence(link_end end, instant now) {
  if (overtaken_) {
    const bool over = end != link_end::open || now >= deadline();
    return over ? settle_order(false) : judgement{};
  }
  // A close stays true: `any of DISCONNECT / close` may have read it before `c < close` asks.
  if (end == link_end::closed_by_broker && window_.earliest == instant::min()) {
    const auto close = std::find_if(open_.begin(), open_.end(),
                                    [](const alternative* a) { return a->what == awaited::close; });
    if (close != open_.end()) return met(**close, {});
  }
  if (accepts_nothing() && now >= window_.quiet_until) {
    const auto quiet = std::find_if(open_.begin(), open_.end(), [](const alternative* a) {
      return a->what == awaited::nothing;
    });
    return met(**quiet, {});
  }
  if (end != link_end::open && !accepts_nothing()) {
    return failed(fmt::format("expected {}, but the connection is closed already", expected_text()),
                  {"", expected_text(), "close"}, "the connection is closed already",
                  blame_absence(arrival{}));
  }
  if (!accepts_nothing() && now >= window_.latest) {
    judgement j = failed(fmt::format("expected {} {}, nothing came", expected_text(), window_.text),
                         {"", expected_text(), "nothing"}, fmt::format("nothing {}", window_.text),
                         blame_absence(std::nullopt));
    j.how = difference::silence;
    j.extended = window_.extended;
    j.counts_from = window_.counts_from;
    return j;
  }
  return {};
}

judgement expectation::on_item(const inbound& item) {
  if (item.kind == inbound_kind::malformed && !item.repeats_our_fault) {
    judgement j = failed(describe(item),
                         {type_name(item), "well formed",
                          fmt::format("malformed ({})", wire::error_name(item.fault.error))},
                         describe(item), {});
    j.wire_fault = item.fault;
    return j;
  }
  for (const alternative* a : open_) {
    script::bindings captures;
    if (a->what == awaited::nothing) continue;
    if (a->what == awaited::close) {
      if (item.kind != inbound_kind::close) continue;
    } else {
      if (item.kind != inbound_kind::packet) continue;
      match_result m = match(a->packet, item.packet, known_);
      if (!m.faults.empty()) continue;
      captures = std::move(m.captures);
    }
    const bool early = item.at < window_.earliest;
    if (early || item.at > window_.latest) {
      judgement j =
          failed(fmt::format("{} came {} too {} (expected {})", name_of(*a),
                             print_duration(std::chrono::round<std::chrono::milliseconds>(
                                 early ? window_.earliest - item.at : item.at - window_.latest)),
                             early ? "early" : "late", window_.text),
                 {name_of(*a), "in time", early ? "too early" : "too late"}, describe(item),
                 blame_absence(arrival_of(item)));
      j.how = difference::misplaced;
      j.counts_from = window_.counts_from;
      j.missed_by = early ? window_.earliest - item.at : item.at - window_.latest;
      return j;
    }
    if (item.at > window_.in_time) {
      met_so_far_.notes.push_back(lateness(name_of(*a), item.at, window_));
    }
    return met(*a, std::move(captures));
  }
  return mismatch(item);
}

judgement expectation::met(const alternative& a, script::bindings captures) {
  if (!a.note.empty()) met_so_far_.notes.push_back(a.note);
  met_so_far_.ends = met_so_far_.ends || a.ends;
  append(met_so_far_.statements, script::statements_of(a));
  for (auto& [name, v] : captures) {
    known_[name] = v;
    met_so_far_.captures[name] = std::move(v);
  }
  if (line_.group == group_kind::all_of) {
    open_.erase(std::find(open_.begin(), open_.end(), &a));
    if (!open_.empty()) return {};
  }
  append(met_so_far_.statements, line_.statements);
  met_so_far_.is = judgement::state::met;
  return std::move(met_so_far_);
}

statements expectation::cited_by_open() const {
  statements out = line_.statements;
  for (const alternative* a : open_) append(out, a->statements);
  return out;
}

statements expectation::blame_absence(const std::optional<arrival>& came) const {
  if (peer_ == wire::sender::client) return cited_by_open();
  std::vector<arrival> awaited;
  for (const alternative* a : open_) {
    if (a->what == script::awaited::packet) awaited.push_back({a->packet.type});
    if (a->what == script::awaited::close) awaited.push_back({});
  }
  return blame_arrival(cited_by_open(), open_.front()->packet.version, awaited, came);
}

judgement expectation::failed(std::string message, results::deviation differs, std::string actual,
                              statements blamed) {
  judgement j;
  j.is = judgement::state::failed;
  j.message = std::move(message);
  j.differs = std::move(differs);
  j.actual = std::move(actual);
  j.statements = std::move(blamed);
  return j;
}

std::string expectation::expected_text() const {
  std::string out;
  const char* between = line_.group == group_kind::all_of ? " and " : " or ";
  for (const alternative* a : open_) {
    if (!out.empty()) out += between;
    out += name_of(*a);
  }
  return out;
}

judgement expectation::mismatch(const inbound& item) {
  const std::string actual = describe(item);
  // Of several alternatives show the faults of the one that comes nearest.
  std::vector<match_fault> nearest;
  const alternative* found = nullptr;
  for (const alternative* a : open_) {
    if (a->what != awaited::packet || item.kind != inbound_kind::packet) continue;
    match_result m = match(a->packet, item.packet, known_);
    if (!m.same_type) continue;
    if (found != nullptr && distance(m.faults) >= distance(nearest)) continue;
    nearest = std::move(m.faults);
    found = a;
  }
  judgement j = failed("", {}, actual, blame_absence(arrival_of(item)));
  // 3.1.1 has few return codes: a line that asks for another one of them is about the code.
  const bool about_the_code =
      item.kind == inbound_kind::packet && item.packet.version == wire::protocol_version::v311 &&
      std::any_of(open_.begin(), open_.end(), [](const alternative* a) {
        const auto& fields = a->packet.fields;
        return std::any_of(fields.begin(), fields.end(),
                           [](const auto& clause) { return clause.name == "reason"; });
      });
  if (item.kind == inbound_kind::packet && !about_the_code && peer_ == wire::sender::server) {
    j.own_reason = own_reason_in(item.packet);
  }
  if (found != nullptr) {
    statements cited = line_.statements;
    append(cited, found->statements);
    j.statements = blame_fields(cited, item.packet, nearest, peer_);
    j.faults = std::move(nearest);
    j.message = results::print(j.faults.front().what);
    if (open_.size() > 1) j.message += fmt::format(" (no other of {} allows it)", expected_text());
  } else {
    if (item.kind == inbound_kind::packet) {
      j.statements = blame_instead(j.statements, item.packet);
    }
    j.differs = {"", expected_text(), item.kind == inbound_kind::packet ? type_name(item) : actual};
    j.message = results::print(j.differs);
  }
  return j;
}

}  // namespace mqttspec::play
