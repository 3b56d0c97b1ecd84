#include "broker/mishaps.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace mqttspec::broker {
namespace {

using namespace std::chrono_literals;
using namespace model;

[[noreturn]] void crash(const char* words) {
  std::fputs(words, stderr);
  std::abort();
}

[[noreturn]] void hang() {
  while (true) ::pause();
}

bool has_reserved_options(const fault_facts& f) {
  return f.error == wire::wire_error::reserved_subscription_options;
}

constexpr mishap table[] = {
    {"aborts-on-reserved-options", "aborts when SUBSCRIBE has reserved options",
     [](odd_setup& s) {
       s.rules.fault_is_tolerated = [](const fault_facts& f) {
         if (has_reserved_options(f)) crash("assertion failed: the options are known\n");
         return false;
       };
     }},
    {"aborts-late-on-reserved-options",
     "ends the connection when SUBSCRIBE has reserved options, serves others for 20 ms, and aborts",
     [](odd_setup& s) {
       s.rules.fault_is_tolerated = [](const fault_facts& f) {
         if (!has_reserved_options(f)) return false;
         std::thread([] {
           std::this_thread::sleep_for(20ms);
           crash("assertion failed: the options are known\n");
         }).detach();
         return false;
       };
     }},
    {"hangs-on-reserved-options", "hangs when SUBSCRIBE has reserved options",
     [](odd_setup& s) {
       s.rules.fault_is_tolerated = [](const fault_facts& f) {
         if (has_reserved_options(f)) hang();
         return false;
       };
     }},
    {"aborts-at-subscribe", "aborts at each SUBSCRIBE",
     [](odd_setup& s) {
       s.rules.granted_qos = [](const subscribe_facts&) -> std::uint8_t {
         crash("assertion failed: nobody subscribes\n");
       };
     }},
    {"restarts-once",
     "restarts 4 s after its first client came, is down for 250 ms, and has lost all",
     [](odd_setup& s) {
       s.network.restarts_after = 4s;
       s.network.down_for = 250ms;
       s.options.sessions_survive_restart = false;
     }},
    {"restarts-often", "restarts every 2 s, is down for 250 ms, and has lost all",
     [](odd_setup& s) {
       s.network.restarts_after = s.network.restarts_again = 2s;
       s.network.down_for = 250ms;
       s.options.sessions_survive_restart = false;
     }},
    {"lets-go-once", "ends all connections 4 s after its first client came, as a proxy may do",
     [](odd_setup& s) {
       s.network.restarts_after = 4s;
       s.network.only_lets_go = true;
     }},
    {"lets-go-often", "ends all connections every 2 s",
     [](odd_setup& s) {
       s.network.restarts_after = s.network.restarts_again = 2s;
       s.network.only_lets_go = true;
     }},
    {"chooses-no-subprotocol", "chooses no subprotocol over WebSocket",
     [](odd_setup& s) { s.network.subprotocol = ""; }},
    {"chooses-another-subprotocol", "chooses the subprotocol mqttv3.1 over WebSocket",
     [](odd_setup& s) { s.network.subprotocol = "mqttv3.1"; }},
    {"sends-text-frames", "sends text frames over WebSocket",
     [](odd_setup& s) { s.network.sends_text_frames = true; }},
};

}  // namespace

std::span<const mishap> all_mishaps() {
  return table;
}

const mishap* find_mishap(std::string_view name) {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const mishap& m) { return m.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace mqttspec::broker
