// Many histories at once, over sockets, on one thread.

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "drive/explore_arena.h"
#include "explore/player.h"
#include "net/event_loop.h"
#include "wire/encode.h"

namespace mqttspec::drive {

namespace {

namespace ex = explore;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

class network_arena : public arena, public net::timed {
 public:
  network_arena(net::event_loop& loop, net::connector& by, arena_options options)
      : loop_(loop), by_(by), options_(std::move(options)) {
    loop_.add(*this);
    loop_.on_interrupt([this] { interrupted_ = true; });
  }
  ~network_arena() override { loop_.remove(*this); }

  void play(const history_source& next, const play_sink& done, bool record) override {
    bool more = true;
    loop_.run_until([&] {
      collect(done);
      if (interrupted_ || !lost_.empty()) return true;
      // A few at a time, so that the sockets have their turn.
      for (int i = 0; more && i < 4 && may_begin(); ++i) {
        auto h = next();
        if (!h) {
          more = false;
          break;
        }
        begin(*h, record);
      }
      if (more && may_begin() && !nudged_) {
        nudged_ = true;
        loop_.post([this] { nudged_ = false; });
      }
      return !more && running_.empty() && ended_.empty();
    });
    collect(done);
    for (const auto& [raw, s] : running_) opening_ -= s->opening;
    running_.clear();
    deadlines_.clear();
  }

  instant now() const override { return loop_.now(); }
  const std::string& lost() const override { return lost_; }
  bool interrupted() const override { return interrupted_; }

  instant next_deadline() const override {
    return deadlines_.empty() ? never : deadlines_.begin()->first;
  }
  void time_passed(instant now) override {
    std::vector<slot*> due;
    for (const auto& [at, s] : deadlines_) {
      if (at > now) break;
      due.push_back(s);
    }
    for (slot* s : due) {
      s->player.time_passed(now);
      perform(*s);
    }
  }
  void stalled(duration length, instant now) override {
    for (const auto& [raw, s] : running_) s->player.stalled(length, now);
  }

 private:
  struct slot {
    explicit slot(ex::player_options o) : player(std::move(o)) {}
    ex::player player;
    std::map<ex::connection_id, std::unique_ptr<net::stream>> streams;
    std::size_t opening = 0;  // connections that are being made
    instant filed_under = never;
    bool ended = false;
  };

  // A history that waits for its connection, behind those of too many others, would take the broker
  // for one that does not accept any.
  static constexpr std::size_t most_opening = 64;
  bool may_begin() const { return running_.size() < options_.at_once && opening_ < most_opening; }

  void begin(const ex::history& h, bool record) {
    ex::player_options o = options_.player;
    o.ns = fmt::format("{}{}", options_.tag, number_++);
    o.record = record;
    auto made = std::make_unique<slot>(std::move(o));
    slot& s = *made;
    running_.emplace(&s, std::move(made));
    s.player.add(h);
    s.player.go_on(loop_.now());
    perform(s);
  }

  void perform(slot& s) {
    if (s.ended) return;
    for (ex::command& c : s.player.take_commands()) {
      using what = ex::command::what;
      if (c.kind == what::open) {
        open(s, c.connection);
        continue;
      }
      const auto stream = s.streams.find(c.connection);
      if (stream == s.streams.end()) continue;
      if (c.kind == what::write) stream->second->write(c.octets);
      if (c.kind == what::shutdown) stream->second->shutdown();
      if (c.kind == what::abort) stream->second->abort();
    }
    if (s.filed_under != never) deadlines_.erase({s.filed_under, &s});
    s.ended = s.player.idle();
    s.filed_under = s.ended ? never : s.player.next_deadline();
    if (s.filed_under != never) deadlines_.insert({s.filed_under, &s});
    if (s.ended) ended_.push_back(&s);
  }

  void open(slot& s, ex::connection_id c) {
    ++opening_;
    ++s.opening;
    net::stream& stream = *(s.streams[c] = by_.make());
    stream.start({[this, &s, c](const std::string& error, instant at) {
                    --opening_;
                    --s.opening;
                    if (s.ended) return;
                    if (error.empty()) {
                      refused_ = 0;
                      s.player.connected(c, at);
                    } else {
                      if (++refused_ >= 20)
                        lost_ = "no connections to the broker can be made: " + error;
                      s.player.refused(c, error, at);
                    }
                    perform(s);
                  },
                  [this, &s, c](byte_view octets, instant at) {
                    if (s.ended) return;
                    s.player.received(c, octets, at);
                    perform(s);
                  },
                  [this, &s, c](net::stream_end, instant at) {
                    if (s.ended) return;
                    s.player.closed(c, at);
                    perform(s);
                  }});
  }

  void collect(const play_sink& done) {
    for (slot* s : std::exchange(ended_, {})) {
      clean_up(*s);
      done(s->player);
      opening_ -= s->opening;
      running_.erase(s);
    }
  }

  // What the history leaves behind goes: sessions by DISCONNECT with interval 0 where the client is
  // connected, else by a CONNECT that starts anew; retained messages by empty ones.
  void clean_up(slot& s) {
    const auto& j = s.player.judgement();
    const auto retained = s.player.retained_topics();
    bool cleared = retained.empty();
    for (const std::uint8_t client : s.player.stored_sessions()) {
      const ex::session& session = j.session_of(client);
      const auto c = session.connection;
      const bool up = c != ex::no_connection && j.link_of(c).state == ex::link_state::up;
      const protocol_version version = session.version;
      const auto stream = up ? s.streams.find(c) : s.streams.end();
      if (up && stream != s.streams.end()) {
        byte_buffer out;
        if (!cleared) add_clearing(s, retained, version, out);
        cleared = true;
        wire::packet bye = wire::make(packet_type::disconnect, version);
        const bool ends = session.interval == 0;
        if (!ends && version == protocol_version::v5) {
          bye.properties.push_back(wire::number_property(property_id::session_expiry_interval, 0));
        }
        (void)wire::encode_to(bye, out);
        stream->second->write(out);
        leave(std::move(stream->second));
        s.streams.erase(stream);
        if (ends || version == protocol_version::v5) continue;
      } else if (!session.kept && !s.player.over()) {
        continue;
      }
      ex::action again;
      again.version = version;
      again.clean = true;
      byte_buffer out;
      (void)wire::encode_to(s.player.connect_packet(client, again, ex::no_message), out);
      if (!cleared) add_clearing(s, retained, version, out);
      cleared = true;
      (void)wire::encode_to(wire::make(packet_type::disconnect, version), out);
      leaving_.push_back(by_.make());
      net::stream* fresh = leaving_.back().get();
      fresh->start({[fresh](const std::string& error, instant) {
                      if (error.empty()) fresh->finish();
                    },
                    {},
                    {}});
      fresh->write(out);
      forget_oldest();
    }
    for (auto& [c, stream] : s.streams) stream->abort();
  }

  void add_clearing(const slot& s, const std::vector<std::uint8_t>& topics,
                    protocol_version version, byte_buffer& out) const {
    for (const std::uint8_t topic : topics) {
      wire::packet p = wire::make(packet_type::publish, version);
      p.topic = s.player.judgement().topic_text(topic);
      p.retain = true;
      (void)wire::encode_to(p, out);
    }
  }

  // Streams that only have to get rid of what was written.
  void leave(std::unique_ptr<net::stream> stream) {
    leaving_.push_back(std::move(stream));
    leaving_.back()->finish();
    forget_oldest();
  }
  void forget_oldest() {
    while (leaving_.size() > 1024) leaving_.pop_front();
  }

  net::event_loop& loop_;
  net::connector& by_;
  arena_options options_;
  std::map<slot*, std::unique_ptr<slot>> running_;
  std::vector<slot*> ended_;
  std::set<std::pair<instant, slot*>> deadlines_;
  std::deque<std::unique_ptr<net::stream>> leaving_;
  std::uint64_t number_ = 0;
  std::size_t opening_ = 0;
  int refused_ = 0;
  bool nudged_ = false;
  bool interrupted_ = false;
  std::string lost_;
};

}  // namespace

std::unique_ptr<arena> make_network_arena(net::event_loop& loop, net::connector& by,
                                          arena_options options) {
  return std::make_unique<network_arena>(loop, by, std::move(options));
}

}  // namespace mqttspec::drive
