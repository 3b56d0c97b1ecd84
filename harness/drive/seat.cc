#include "drive/seat.h"

#include <fmt/format.h>

#include <utility>

namespace mqttspec::drive {

using play::abandonment;

namespace {

constexpr duration slow_connect = std::chrono::milliseconds(50);

}  // namespace

seat::seat(std::unique_ptr<play::machine> what, surroundings& around)
    : around_(around), machine_(std::move(what)) {}

seat::~seat() {
  *alive_ = false;
  let_go();
  around_.octets_held -= octets_;
}

void seat::start(instant now) {
  seen_.began = now;
  machine_->start(now);
  perform(now);
}

void seat::time_passed(instant now) {
  present().time_passed(now);
  perform(now);
}

void seat::stalled(duration length, instant now) {
  present().stalled(length, now);
}

void seat::abandon(abandonment why, const std::string& reason, instant now) {
  if (finished_) return;
  leaves_as_it_is_ = why == abandonment::broker_lost;
  flooded_ = flooded_ || why == abandonment::flooded;
  // A flood is answered at once, whatever it is that was flooded.
  if (cleaning_ && !leaves_as_it_is_ && why != abandonment::flooded) return;
  present().abandon(why, reason, now);
  perform(now);
}

void seat::give_up(instant now) {
  if (finished_) return;
  if (!cleaning_) abandon(abandonment::interrupted, "there was no time", now);
  if (finished_) return;
  cleaning_->abandon(abandonment::interrupted, "there was no time", now);
  perform(now);
}

void seat::perform(instant now) {
  while (const auto next = present().next_action()) perform(*next, now);
  if (!finished_ && present().finished()) end_play(now);
  around_.changed(*this);
}

void seat::perform(const play::action& a, instant now) {
  if (const auto* o = std::get_if<play::open_connection>(&a)) return open(*o, now);
  if (const auto* k = std::get_if<play::run_hook>(&a)) return hook(k->action, now);
  if (const auto* c = std::get_if<play::start_client>(&a)) return start(c->client, now);
  if (const auto* c = std::get_if<play::kill_client>(&a)) return clients().kill(c->client);
  if (const auto* c = std::get_if<play::ask_client>(&a))
    return clients().ask(c->client, c->command);
  const auto of = [this](play::connection_id id) -> link* {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : &found->second;
  };
  if (const auto* w = std::get_if<play::write_octets>(&a)) {
    note_made();
    if (link* l = of(w->id)) l->stream->write_framed(w->octets, {w->text, w->fragment});
    if (!cleaning_) last_sent_ = now;
  } else if (const auto* h = std::get_if<play::shut_down>(&a)) {
    if (link* l = of(h->id)) l->stream->shutdown();
  } else if (const auto* c = std::get_if<play::close_connection>(&a)) {
    link* l = of(c->id);
    if (l == nullptr) return;
    l->ended = true;
    stands(*l);
    if (c->abort) {
      l->stream->abort();
    } else {
      l->stream->close();
    }
  }
}

// Of the machine, or of the clean-up behind it.
void seat::end_play(instant now) {
  if (clients_) clients_->end();
  let_go();
  if (cleaning_) return end_clean_up();
  seen_.ended = now;
  if (leaves_as_it_is_) {
    finished_ = true;
    return;
  }
  const play::leftovers left = machine_->left_behind();
  if (left.what.empty()) {
    around_.left.removed(made_);
    finished_ = true;
    return;
  }
  // A broker that has said nothing would not let anybody clean up either.
  if (last_received_ == instant::min()) {
    around_.left.put_off(left);
    finished_ = true;
    return;
  }
  cleaning_ = std::make_unique<play::clean_up>(left);
  cleaning_->start(now);
  while (const auto next = cleaning_->next_action()) perform(*next, now);
}

void seat::note_made() {
  if (cleaning_) return;
  play::left_things news = machine_->take_made();
  if (news.empty()) return;
  around_.left.made(news);
  made_.sessions.merge(news.sessions);
  made_.topics.merge(news.topics);
  made_.levels.merge(news.levels);
}

void seat::end_clean_up() {
  finished_ = true;
  play::leftovers rest = cleaning_->rest();
  around_.left.removed(made_, rest.what);
  around_.left.put_off(std::move(rest));
}

// What was written still arrives.
void seat::let_go() {
  for (auto& [id, l] : links_) {
    stands(l);
    if (!l.ended) l.stream->finish();
    let_go_.push_back(std::move(l.stream));
  }
  links_.clear();
}

void seat::stands(link& l) {
  if (std::exchange(l.connecting, false)) --around_.connecting;
}

served_clients& seat::clients() {
  if (clients_) return *clients_;
  // What comes behind the end of the play is nobody's.
  const auto told = [this](const auto& what) {
    if (finished_) return;
    const instant now = around_.loop.now();
    what(now);
    perform(now);
  };
  clients_ = std::make_unique<served_clients>(
      around_.loop, around_.adapter,
      served_clients::events{
          [this, told](const std::string& client, std::unique_ptr<net::stream> s, instant) {
            told([&](instant now) { accepted(client, std::move(s), now); });
          },
          [this, told](const std::string& client, const adapter::message& event, instant) {
            told([&](instant now) { machine_->told(client, event, now); });
          },
          [this, told](const std::string& client, const std::string& how, instant) {
            told([&](instant now) { machine_->client_ended(client, how, now); });
          }});
  return *clients_;
}

void seat::start(const std::string& client, instant now) {
  const std::string why = clients().start(client);
  if (!why.empty()) machine_->client_ended(client, why, now);
}

void seat::accepted(const std::string& client, std::unique_ptr<net::stream> stream, instant now) {
  const play::connection_id id = next_accepted_++;
  link& l = links_[id];
  l.stream = std::move(stream);
  l.connecting = false;
  l.stream->start({{},
                   [this, id](byte_view octets, instant at) { received(id, octets, at); },
                   [this, id](net::stream_end how, instant at) { closed(id, how, "", "", at); },
                   {}});
  machine_->accepted(id, client, now);
}

void seat::open(const play::open_connection& what, instant now) {
  net::connector* by = around_.reach.find({what.transport, what.node});
  // The plan skips what the target cannot do; this is for a scenario that slipped through.
  if (by == nullptr) {
    return present().connect_failed(
        what.id,
        fmt::format("the target tells no way over '{}' to node '{}'", what.transport, what.node),
        now);
  }
  const play::connection_id id = what.id;
  link& l = links_[id];
  l.stream = by->make();
  ++around_.connecting;
  l.stream->start(
      {[this, id, began = now](const std::string& error, instant at) {
         connected(id, error, began, at);
       },
       [this, id](byte_view octets, instant at) { received(id, octets, at); },
       [this, id, by](net::stream_end how, instant at) {
         closed(id, how, by->complaint(), by->broken_statement(), at);
       },
       [this, id](const std::string& text, instant at) { present().noted(id, text, at); }});
}

void seat::connected(play::connection_id id, const std::string& error, instant began, instant now) {
  link& l = links_.at(id);
  stands(l);
  if (error.empty()) {
    // Hundreds of handshakes at once take their time: none of the broker's windows shrinks by that,
    // and what was missed because of it is tried again.
    if (now - began > slow_connect) present().stalled(now - began, now);
    present().connected(id, now);
  } else {
    l.ended = true;
    cut_ = true;
    seen_.refused = true;
    if (!machine_->stops_broker()) around_.refused();
    present().connect_failed(id, error, now);
  }
  perform(now);
}

void seat::received(play::connection_id id, byte_view octets, instant now) {
  links_.at(id).heard = true;
  last_received_ = now;
  octets_ += octets.size();
  around_.octets_held += octets.size();
  if (around_.octets_held > around_.most_octets_held) {
    return abandon(abandonment::flooded,
                   fmt::format("the broker flooded the harness: {} MiB are held for all cases",
                               around_.most_octets_held >> 20),
                   now);
  }
  present().received(id, octets, now);
  perform(now);
}

void seat::closed(play::connection_id id, net::stream_end how, const std::string& complaint,
                  std::string_view statement, instant now) {
  link& l = links_.at(id);
  l.ended = true;
  cut_ = true;
  seen_.refused = seen_.refused || !l.heard;
  switch (how) {
    case net::stream_end::over_limit:
      return abandon(abandonment::flooded, "the broker flooded one connection", now);
    case net::stream_end::violation:
      present().broke_below(id, complaint, statement, now);
      break;
    case net::stream_end::reset:
    case net::stream_end::orderly:
      present().closed(
          id, how == net::stream_end::reset ? play::close_kind::reset : play::close_kind::orderly,
          now);
      break;
  }
  perform(now);
}

void seat::hook(script::broker_action action, instant now) {
  if (around_.control == nullptr) {
    return machine_->hook_done(false, "the target has no hooks", now);
  }
  around_.control->perform(action, [this, alive = alive_](bool ok, const std::string& why) {
    if (!*alive) return;
    const instant at = around_.loop.now();
    machine_->hook_done(ok, why, at);
    perform(at);
  });
}

}  // namespace mqttspec::drive
