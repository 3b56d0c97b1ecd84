// mqttspec judge

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/observation.h"
#include "observe/capture.h"
#include "observe/flows.h"

namespace mqttspec::cli {

namespace {

using namespace observe;

flow_events told_to(observation& all, std::map<std::uint32_t, onlooker*>& eyes) {
  flow_events out;
  out.opened = [&](std::uint32_t id, const endpoint& server, const endpoint& client,
                   bool from_beginning, instant now) {
    eyes[id] = &all.at(print(server));
    eyes[id]->opened(id, print(client), from_beginning, now);
  };
  out.passed = [&](std::uint32_t id, wire::sender from, byte_view octets, instant now) {
    eyes.at(id)->passed(id, from, octets, now);
  };
  out.missed = [&](std::uint32_t id, wire::sender from, std::size_t length, instant now) {
    eyes.at(id)->missed(id, from, length, now);
  };
  out.ended = [&](std::uint32_t id, wire::sender by, bool reset, instant now) {
    eyes.at(id)->ended(id, by, reset, now);
  };
  out.refused = [&](const endpoint& server, instant now) { all.at(print(server)).refused(now); };
  return out;
}

int judge(const std::string& file, std::uint16_t port, observation_request& request, console& on) {
  const auto octets = read_file(file, "capture", on);
  if (!octets) return bad_usage;
  instant first = never;
  instant last{};
  // The first time of the file is what all others count from.
  const auto measured = read_capture(as_bytes(*octets), [&](const segment& s) {
    first = std::min(first, s.at);
    last = s.at;
  });
  if (!measured) {
    on.error(fmt::format("'{}': {}", file, measured.error()));
    return bad_usage;
  }
  request.how.began = first == never ? last : first;
  observation all(request, file, on);
  std::map<std::uint32_t, onlooker*> eyes;
  flows streams({port}, told_to(all, eyes));
  const auto read = read_capture(as_bytes(*octets), [&](const segment& s) { streams.take(s); });
  streams.finish();
  const auto tell = [&](bool it_is, const std::string& what) {
    if (!it_is) return;
    all.say(what + "\n");
    all.note(what);
  };
  tell(read->cut_off, "the capture ends amid a frame");
  tell(read->unknown_links != 0,
       fmt::format("{} frames are of a link type that is not known", read->unknown_links));
  tell(read->fragments != 0,
       fmt::format("{} fragments of IP were not put together", read->fragments));
  return all.finish(eyes.empty() ? nothing_ran : as_expected, last, last - request.how.began);
}

}  // namespace

int judge_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec judge [OPTIONS] FILE";
  set.explanation =
      "Judges a capture (pcap, pcapng) of MQTT over TCP by the trace rules: the broker and its "
      "clients.";
  set.words_are = "a capture";
  po::options_description what("the capture");
  what.add_options()("port", po::value<std::uint16_t>()->value_name("N"),
                     "of the broker (1883, and wherever a CONNECT goes)");
  set.described.add(what);
  add_observation_options(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.size() != 1) {
    on.error("one capture is judged at a time", "write: mqttspec judge FILE");
    return bad_usage;
  }
  observation_request request;
  request.record.verb = "judge";
  if (!read_observation_options(*options, request, on)) return bad_usage;
  const std::string& file = options->words.front();
  request.record.command = {file};
  const std::uint16_t port = options->has("port") ? options->get<std::uint16_t>("port") : 0;
  return judge(file, port, request, on);
}

}  // namespace mqttspec::cli
