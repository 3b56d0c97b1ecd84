#include "target/adapter_process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "adapter/json.h"
#include "net/pipe.h"

namespace mqttspec::target {

namespace {

constexpr std::size_t longest_line = std::size_t{4} << 20;
constexpr duration between_looks = std::chrono::milliseconds(10);
constexpr duration longest_death = std::chrono::seconds(1);  // from its last word to its end

}  // namespace

adapter_process::adapter_process(net::event_loop& loop, std::string command, adapter_events events)
    : loop_(loop), command_(std::move(command)), events_(std::move(events)) {
  loop_.add(*this);
}

adapter_process::~adapter_process() {
  loop_.remove(*this);
}

bool adapter_process::start() {
  std::array<int, 2> to{-1, -1};
  std::array<int, 2> from{-1, -1};
  if (::pipe2(to.data(), O_CLOEXEC) != 0) return false;
  if (::pipe2(from.data(), O_CLOEXEC) != 0) {
    ::close(to[0]);
    ::close(to[1]);
    return false;
  }
  const bool runs = process_.start(command_, child_output::kept, {to[0], from[1]});
  ::close(to[0]);
  ::close(from[1]);
  pipes_ = net::make_pipe_stream(loop_, from[0], to[1]);
  if (!runs) return false;
  pipes_->start({{},
                 [this](byte_view octets, instant now) { received(octets, now); },
                 [this](net::stream_end, instant now) {
                   ended_at_ = now;
                   look_at_ = now;
                 }});
  return true;
}

void adapter_process::ask(const adapter::message& command) {
  if (!ended_) pipes_->write(as_bytes(adapter::line_of(command)));
}

void adapter_process::kill() {
  ended_ = true;
  look_at_ = never;
  process_.signal(SIGKILL);
}

void adapter_process::received(byte_view octets, instant now) {
  if (ended_) return;
  process_.look();  // what it says on stderr must not fill its pipe
  unfinished_ += as_text(octets);
  std::size_t begin = 0;
  for (auto end = unfinished_.find('\n'); end != unfinished_.npos && !ended_;
       end = unfinished_.find('\n', begin)) {
    const auto event = adapter::event_in(std::string_view(unfinished_).substr(begin, end - begin));
    begin = end + 1;
    if (!event) return end_with(event.error(), now);
    if (*event) events_.told(**event, now);
  }
  unfinished_.erase(0, begin);
  if (unfinished_.size() > longest_line) end_with("a line does not end", now);
}

void adapter_process::time_passed(instant now) {
  look_at_ = never;
  if (ended_) return;
  if (process_.look() && !process_.ended() && now - ended_at_ < longest_death) {
    look_at_ = now + between_looks;
    return;
  }
  end_with(process_.epitaph(), now);
}

void adapter_process::end_with(const std::string& how, instant now) {
  ended_ = true;
  process_.signal(SIGKILL);
  events_.ended(how, now);
}

}  // namespace mqttspec::target
