#include "net/layered_stream.h"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "net/loop_core.h"

namespace mqttspec::net {

namespace {

constexpr duration longest_farewell = std::chrono::seconds(1);

// What went wrong last, for the whole connector: told where a reset alone would be a riddle.
struct layer_complaint {
  std::string why;
  std::string_view statement;
};
using shared_complaint = std::shared_ptr<layer_complaint>;

// The living half: callbacks of the stream below keep it alive until that is dropped.
class layered_connection : public std::enable_shared_from_this<layered_connection> {
 public:
  layered_connection(loop_core& core, std::unique_ptr<stream> below, std::unique_ptr<layer> with,
                     duration patience, shared_complaint complaint)
      : core_(core),
        timer_(core.io),
        below_(std::move(below)),
        layer_(std::move(with)),
        patience_(patience),
        complaint_(std::move(complaint)) {}

  void start(stream_events events) {
    events_ = std::move(events);
    const auto self = shared_from_this();
    below_->start({[self](const std::string& error, instant now) { self->connected(error, now); },
                   [self](byte_view octets, instant now) { self->received(octets, now); },
                   [self](stream_end how, instant now) { self->closed(how, now); },
                   [self](const std::string& what, instant now) { self->note(what, now); }});
    if (accepted_) begin();
  }

  // The peer made the connection: nobody tells that it stands.
  void is_accepted() { accepted_ = true; }

  void write_framed(byte_view octets, const frame_form& form) {
    if (ending_) return;
    if (layer_->state() != layer_state::open) {
      waiting_.insert(waiting_.end(), octets.begin(), octets.end());
      return;
    }
    layer_->write_framed(octets, form);
    flush();
  }

  void shutdown() {
    if (ending_) return;
    end();
    if (layer_->end_means_fin()) below_->shutdown();
  }
  void close() {
    mute();
    end();
    below_->close();
  }
  void finish() {
    mute();
    end();
    below_->finish();
  }
  void abort() {
    mute();
    below_->abort();
  }
  void drop() {
    if (!mute_ && !ending_) end();
    mute();
    below_.reset();
  }
  void pause(bool paused) { below_->pause(paused); }
  std::size_t unsent() const { return waiting_.size() + (below_ ? below_->unsent() : 0); }

 private:
  void mute() {
    mute_ = true;
    timer_.cancel();
  }

  void end() {
    if (std::exchange(ending_, true)) return;
    if (layer_->state() == layer_state::open || layer_->state() == layer_state::ended) {
      layer_->end();
    }
    flush();
  }

  void flush() {
    const byte_buffer out = layer_->take_outgoing();
    if (!out.empty() && below_) below_->write(out);
  }

  void connected(const std::string& error, instant now) {
    if (mute_) return;
    if (!error.empty()) return tell_connected(error, now);
    begin();
    go_on(now);
  }

  void begin() {
    timer_.expires_after(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(patience_));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      // Time that passed while the loop stood still is not the peer's.
      if (!cancelled) self->out_of_patience();
    });
    layer_->begin();
    flush();
  }

  void out_of_patience() {
    if (mute_ || open_) return;
    below_->abort();
    refuse(fmt::format("{}: the peer did not finish its handshake within {}", layer_->name(),
                       print_duration(patience_)),
           core_.now());
  }

  void received(byte_view octets, instant now) {
    if (mute_) return;
    layer_->received(octets);
    go_on(now);
  }

  // Brings what the layer made of its input to where it belongs.
  void go_on(instant now) {
    flush();
    if (!open_ && layer_->state() == layer_state::failed) {
      below_->close();
      return refuse(layer_->why(), now);
    }
    if (!open_ && layer_->state() != layer_state::shaking_hands) {
      timer_.cancel();
      open_ = true;
      const auto tell = std::exchange(events_.connected, nullptr);
      if (tell) tell("", now);
      if (mute_) return;
      if (!waiting_.empty() && layer_->state() == layer_state::open) {
        layer_->write(std::exchange(waiting_, {}));
        flush();
      }
    }
    const byte_buffer in = layer_->take_incoming();
    if (!in.empty() && events_.received) events_.received(in, now);
    for (const std::string& what : layer_->take_notes()) note(what, now);
    if (mute_) return;
    if (layer_->state() == layer_state::ended) return ended(now);
    if (layer_->broken()) {
      *complaint_ = {layer_->why(), layer_->statement()};
      below_->abort();
      note(layer_->why(), now);
      tell_closed(
          layer_->state() == layer_state::violated ? stream_end::violation : stream_end::reset,
          now);
    }
  }

  // The peer has said its last word. Where that does not end its direction below, a server ends the
  // connection next, and only then is done with it [RFC 6455 section 7.1.1].
  void ended(instant now) {
    if (layer_->end_means_fin() || accepted_) return tell_closed(stream_end::orderly, now);
    if (std::exchange(awaiting_end_, true)) return;
    below_->shutdown();  // some servers wait for it
    timer_.expires_after(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(longest_farewell));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled && !self->mute_) self->tell_closed(stream_end::orderly, self->core_.now());
    });
  }

  void note(const std::string& what, instant now) {
    if (!mute_ && events_.noted) events_.noted(what, now);
  }

  void closed(stream_end how, instant now) {
    if (mute_) return;
    if (open_) return tell_closed(awaiting_end_ ? stream_end::orderly : how, now);
    refuse(
        fmt::format("{0}: the peer {1} the connection during the handshake; it may not speak {0}",
                    layer_->name(), how == stream_end::reset ? "reset" : "closed"),
        now);
  }

  // No handshake came about.
  void refuse(const std::string& why, instant now) {
    *complaint_ = {why, {}};
    if (accepted_) return tell_closed(stream_end::reset, now);
    tell_connected(why, now);
  }

  void tell_connected(const std::string& error, instant now) {
    mute();
    const auto tell = std::exchange(events_.connected, nullptr);
    if (tell) tell(error, now);
  }

  void tell_closed(stream_end how, instant now) {
    mute();
    const auto tell = std::exchange(events_.closed, nullptr);
    if (tell) tell(how, now);
  }

  loop_core& core_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<stream> below_;
  std::unique_ptr<layer> layer_;
  duration patience_;
  shared_complaint complaint_;
  stream_events events_;
  byte_buffer waiting_;  // written before the hands were shaken
  bool accepted_ = false;
  bool awaiting_end_ = false;  // of the connection below
  bool open_ = false;
  bool ending_ = false;
  bool mute_ = false;  // no further callback
};

class layered_stream : public stream {
 public:
  explicit layered_stream(std::shared_ptr<layered_connection> connection)
      : connection_(std::move(connection)) {}
  ~layered_stream() override { connection_->drop(); }

  void start(stream_events events) override { connection_->start(std::move(events)); }
  void write(byte_view octets) override { connection_->write_framed(octets, {}); }
  void write_framed(byte_view octets, const frame_form& form) override {
    connection_->write_framed(octets, form);
  }
  void shutdown() override { connection_->shutdown(); }
  void close() override { connection_->close(); }
  void finish() override { connection_->finish(); }
  void abort() override { connection_->abort(); }
  void pause(bool paused) override { connection_->pause(paused); }
  std::size_t unsent() const override { return connection_->unsent(); }

 private:
  std::shared_ptr<layered_connection> connection_;
};

class layered_connector : public connector {
 public:
  layered_connector(event_loop& loop, connector& below, layer_maker make, duration patience)
      : core_(loop.core()), below_(below), make_(std::move(make)), patience_(patience) {}

  std::unique_ptr<stream> make() override {
    return std::make_unique<layered_stream>(
        std::make_shared<layered_connection>(core_, below_.make(), make_(), patience_, complaint_));
  }

  std::string complaint() const override {
    return complaint_->why.empty() ? below_.complaint() : complaint_->why;
  }
  std::string_view broken_statement() const override { return complaint_->statement; }

 private:
  loop_core& core_;
  connector& below_;
  layer_maker make_;
  duration patience_;
  shared_complaint complaint_ = std::make_shared<layer_complaint>();
};

}  // namespace

std::unique_ptr<stream> make_layered_stream(event_loop& loop, std::unique_ptr<stream> below,
                                            std::unique_ptr<layer> with, duration patience) {
  auto connection =
      std::make_shared<layered_connection>(loop.core(), std::move(below), std::move(with), patience,
                                           std::make_shared<layer_complaint>());
  connection->is_accepted();
  return std::make_unique<layered_stream>(std::move(connection));
}

std::unique_ptr<connector> make_layered_connector(event_loop& loop, connector& below,
                                                  layer_maker make, duration patience) {
  return std::make_unique<layered_connector>(loop, below, std::move(make), patience);
}

}  // namespace mqttspec::net
