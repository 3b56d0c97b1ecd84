// How fast the scenario player and the virtual driver are: simulated cases a second, and octets
// that travel between the two ends a second.

#include <benchmark/benchmark.h>

#include "script/expander.h"
#include "script/library.h"
#include "suite/cases.h"

namespace mqttspec::suite {
namespace {

script::scenario load(const std::string& lines) {
  script::file_set files([](const std::string&) { return std::nullopt; });
  files.add("bench.mqs",
            "scenario bench\n  title \"benchmark\"\n  clients sub pub\n  step \"all\"\n" + lines);
  script::expand_options options;
  options.versions = {wire::protocol_version::v5};
  return std::move(script::expand(files, options).scenarios.at(0));
}

void run(benchmark::State& state, const script::scenario& s, double packets) {
  for (auto _ : state) {
    const auto result = simulate({&s, 0}, {}, {});
    if (result.outcome != results::verdict::pass) state.SkipWithError("the case did not pass");
  }
  state.counters["cases/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["packets/s"] = benchmark::Counter(
      packets * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

// Connect, subscribe, leave, wait an hour, come back, get the message: 15 packets.
void stored_session(benchmark::State& state) {
  const auto s = load(
      "    sub > CONNECT client_id=\"{ns}-s\" clean_start=1 session_expiry_interval=7200\n"
      "    sub < CONNACK  @MQTT-3.2.0-1\n"
      "    sub > SUBSCRIBE id=1 filter=\"{ns}/t\" max_qos=1\n    sub < SUBACK\n"
      "    sub > DISCONNECT\n    sub > shutdown\n    sub < close within 2s\n"
      "    pub > CONNECT client_id=\"{ns}-p\" clean_start=1\n    pub < CONNACK\n"
      "    pub > PUBLISH id=1 topic=\"{ns}/t\" qos=1 payload=\"m\"\n    pub < PUBACK\n"
      "    wait 60m\n"
      "    sub > CONNECT client_id=\"{ns}-s\" clean_start=0\n    sub < CONNACK session_present=1\n"
      "    sub < PUBLISH payload=\"m\" id as pid\n    sub > PUBACK id={pid}\n");
  run(state, s, 15);
}
BENCHMARK(stored_session);

// A thousand QoS 1 messages through the broker: 4,000 packets.
void thousand_messages(benchmark::State& state) {
  const auto s = load(
      "    sub > CONNECT client_id=\"{ns}-s\" clean_start=1\n    sub < CONNACK  @MQTT-3.2.0-1\n"
      "    sub > SUBSCRIBE id=1 filter=\"{ns}/t\" max_qos=1\n    sub < SUBACK\n"
      "    pub > CONNECT client_id=\"{ns}-p\" clean_start=1\n    pub < CONNACK\n"
      "    for n in 1..1000\n"
      "      pub > PUBLISH id={n} topic=\"{ns}/t\" qos=1 payload=\"m{n}\"\n      pub < PUBACK "
      "id={n}\n"
      "      sub < PUBLISH payload=\"m{n}\" id as pid\n      sub > PUBACK id={pid}\n");
  run(state, s, 4006);
}
BENCHMARK(thousand_messages);

}  // namespace
}  // namespace mqttspec::suite
