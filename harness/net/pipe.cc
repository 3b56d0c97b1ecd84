#include "net/pipe.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

#include "net/loop_core.h"

namespace mqttspec::net {

namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using error_code = boost::system::error_code;

// The living half: handlers of pending operations keep it alive until they ran.
class pipe_pair : public std::enable_shared_from_this<pipe_pair> {
 public:
  pipe_pair(loop_core& core, int read, int written, stream_limits limits)
      : core_(core), in_(core.io, read), out_(core.io, written), limits_(limits) {
    error_code ignored;
    in_.non_blocking(true, ignored);
    out_.non_blocking(true, ignored);
  }

  void begin(stream_events events) {
    events_ = std::move(events);
    wait_readable();
  }

  void write(byte_view octets) {
    if (ending_ || !out_.is_open()) return;
    pending_.insert(pending_.end(), octets.begin(), octets.end());
    flush();
  }

  void shutdown() {
    ending_ = true;
    flush();
  }

  void drop() {
    mute_ = true;
    error_code ignored;
    in_.close(ignored);
    out_.close(ignored);
  }

  void pause(bool paused) {
    paused_ = paused;
    wait_readable();
  }

  std::size_t unsent() const { return pending_.size() - sent_; }

 private:
  void wait_readable() {
    if (reading_ || paused_ || mute_ || !in_.is_open()) return;
    reading_ = true;
    in_.async_wait(stream_descriptor::wait_read,
                   [self = shared_from_this()](const error_code& error) {
                     self->reading_ = false;
                     if (!error) self->readable();
                   });
  }

  void readable() {
    if (mute_) return;
    const instant now = core_.wake();
    error_code error;
    const std::size_t n = in_.read_some(asio::buffer(core_.read_buffer), error);
    if (error == asio::error::would_block || error == asio::error::interrupted) {
      return wait_readable();
    }
    received_ += n;
    if (error || received_ > limits_.received) {
      mute_ = true;
      const stream_events last = std::exchange(events_, {});
      if (last.closed) last.closed(error ? stream_end::orderly : stream_end::over_limit, now);
      return;
    }
    if (events_.received) events_.received(byte_view(core_.read_buffer.data(), n), now);
    wait_readable();
  }

  void flush() {
    while (!writing_ && out_.is_open() && sent_ < pending_.size()) {
      error_code error;
      sent_ +=
          out_.write_some(asio::buffer(pending_.data() + sent_, pending_.size() - sent_), error);
      if (error == asio::error::interrupted) continue;
      if (error == asio::error::would_block) {
        writing_ = true;
        out_.async_wait(stream_descriptor::wait_write,
                        [self = shared_from_this()](const error_code& failed) {
                          self->writing_ = false;
                          if (failed) return;
                          self->core_.wake();
                          self->flush();
                        });
        return;
      }
      if (error) break;  // nobody reads it any more
    }
    if (writing_) return;
    pending_.clear();
    sent_ = 0;
    error_code ignored;
    if (ending_) out_.close(ignored);
  }

  loop_core& core_;
  stream_descriptor in_;
  stream_descriptor out_;
  stream_limits limits_;
  stream_events events_;
  byte_buffer pending_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool paused_ = false;
  bool ending_ = false;
  bool mute_ = false;  // no further callback; events_ stays: one of them may be running
};

class pipe_stream : public stream {
 public:
  explicit pipe_stream(std::shared_ptr<pipe_pair> pair) : pair_(std::move(pair)) {}
  ~pipe_stream() override { pair_->drop(); }

  void start(stream_events events) override { pair_->begin(std::move(events)); }
  void write(byte_view octets) override { pair_->write(octets); }
  void shutdown() override { pair_->shutdown(); }
  void close() override { pair_->drop(); }
  void finish() override { pair_->drop(); }
  void abort() override { pair_->drop(); }
  void pause(bool paused) override { pair_->pause(paused); }
  std::size_t unsent() const override { return pair_->unsent(); }

 private:
  std::shared_ptr<pipe_pair> pair_;
};

}  // namespace

std::unique_ptr<stream> make_pipe_stream(event_loop& loop, int read, int written,
                                         const stream_limits& limits) {
  return std::make_unique<pipe_stream>(
      std::make_shared<pipe_pair>(loop.core(), read, written, limits));
}

}  // namespace mqttspec::net
