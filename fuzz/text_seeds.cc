// Topics and scenario files.

#include "fuzz/seeds.h"

namespace mqttspec::fuzz {

namespace {

struct text_seed {
  std::string_view target;
  std::string_view name;
  std::string_view text;
};

constexpr text_seed texts[] = {
    {"topic", "plain", "sport/tennis\nsport\nsport/tennis"},
    {"topic", "hash-covers-its-parent", "sport/#\nsport/+/#\nsport"},
    {"topic", "plus-is-one-level", "+\n/+\n+/+\n/finance"},
    {"topic", "hidden-behind-dollar", "#\n+/x\n$SYS/#\n$SYS/+\n$SYS/x"},
    {"topic", "empty-levels", "a//b\na/+/b\na/#\n/\na//b"},
    {"topic", "shared-and-not", "$share/g/a/b\n$share/h/a/+\na/b\n-a/b\na/b"},
    {"topic", "shared-malformed", "$share/g\n$share//a\n$share/g/\n$share/+/a\n$share\na"},
    {"topic", "wildcards-misplaced", "a+\n#/a\na#\n+a/b\na/#/b\na"},
    {"topic", "unsubscribed-again", "a/b/c\na/+/c\n-a/+/c\n-a/b/c\na/#\na/b/c"},
    {"topic", "retained-are-found", "=a\n=a/b\n=$SYS/a\n=a/\n#\n+/b\na/#\n$SYS/+\nx"},
    {"topic", "same-filter-three-times", "a/#\na/#\na/#\n-a/#\na/#\na/b"},
    {"topic", "many-levels", "/////////+/////\n////////#\n////////////////"},
    {"topic", "not-ascii", "\xC3\xA9/+\n\xEF\xBB\xBF\n\xC3\xA9/\xF0\x9F\x90\xA6"},
    {"script", "empty", ""},
    {"script", "smallest",
     "scenario s\n  title \"t\"\n  clients c\n  step \"x\"\n    c > PINGREQ\n    c < PINGRESP\n"},
    {"script", "both-versions-with-guards",
     "import \"lib/common.mqs\"\n\nscenario guards\n  title    \"t\"\n  versions 5 3.1.1\n"
     "  clients  c\n  step \"one\"\n           do join(c)\n"
     "    [v5]   c > PUBLISH topic=\"{ns}/a\" qos=1 id=1 message_expiry_interval=5\n"
     "    [v311] c > PUBLISH topic=\"{ns}/a\" qos=1 id=1\n           c < PUBACK id=1\n"
     "           do leave(c)\n"},
    {"script", "loop-and-capture",
     "scenario s\n  title   \"t\"\n  clients c d\n  let     t = \"{ns}/q\"\n  step \"one\"\n"
     "    c > CONNECT client_id=\"\" clean_start=1\n"
     "    c < CONNACK session_present=0 assigned_client_identifier as cid\n    for n in 1..3\n"
     "      c > PUBLISH id={n} topic={t} qos=1 payload=\"m{n}\"\n      c < PUBACK id={n}\n"
     "    d > CONNECT client_id={cid} clean_start=0\n    d < CONNACK\n"},
    {"script", "table-and-edits",
     "scenario s\n  title   \"t\"\n  clients c\n  table   flags | why\n          0x0   | "
     "\"clear\"\n"
     "          0xF   | \"all\"\n  step \"{why}\"\n"
     "    c > SUBSCRIBE id=1 filter=\"a\" max_qos=0 | flags {flags} | split 1 every 2ms\n"
     "    c < any of within 2s\n      DISCONNECT reason in (malformed_packet, protocol_error)\n"
     "      close note \"closed without DISCONNECT\"\n"},
    {"script", "windows-and-marks",
     "scenario s\n  title   \"t\"\n  clients c\n  step \"one\"\n    mark quiet\n    wait 1.5s\n"
     "    c < close between 2s and 3s since quiet\n    broker restart\n    c > open\n"
     "    c < nothing for 300ms\n"},
    {"script", "matrix-needs-tags",
     "scenario s\n  title   \"t\"\n  level   should\n  purpose S-Q-01\n  clients c over ws\n"
     "  needs   retain, queue_limit >= 100\n  tags    slow restart\n  matrix  q = 0..2\n"
     "  matrix  r = \"a\", \"b\"\n  ref     \"https://example.org\"\n  step \"one\"\n"
     "    c > PUBLISH topic={r} qos={q} id=1\n    c < PUBACK\n"},
    {"script", "defs-and-comments",
     "# a file\ndef twice(c, x)   # a def\n  c > PUBLISH topic={x} payload=hex(00 \"a\" ff)\n\n\n\n"
     "scenario s     # s\n  title   \"t\"\n  clients c\n  step \"one\"   # step\n"
     "    do twice(c, \"a\")      # call\n    c < all of\n      PUBLISH topic ~ /^a$/\n"
     "      PUBLISH user_properties={\"a\": \"b\"}\n"},
    {"script", "many-errors",
     "scenario s\n\ttitle \"t\n  clients c c\n  step \"x\"\n   c > CONECT\n    c > CONNECT "
     "clean_strat=1\n"
     "    d < CONNACK\n    c < PUBACK id={nothing}\n      c > \n    for n in 3..1\n    do "
     "nobody(c)\n"},
    {"script", "loops-without-end",
     "scenario s\n  title \"t\"\n  clients c\n  step \"x\"\n    for a in 1..100000\n"
     "      for b in 1..100000\n        for d in 1..100000\n          c > PINGREQ\n"
     "          c < PINGRESP\n"},
};

}  // namespace

std::vector<seed> text_seeds() {
  std::vector<seed> out;
  for (const text_seed& each : texts) {
    const byte_view octets = as_bytes(each.text);
    out.push_back({std::string(each.target), std::string(each.name),
                   byte_buffer(octets.begin(), octets.end())});
  }
  return out;
}

std::vector<seed> all_seeds() {
  std::vector<seed> out = packet_seeds();
  for (auto* more : {&text_seeds, &history_seeds, &capture_seeds}) {
    for (seed& each : more()) out.push_back(std::move(each));
  }
  return out;
}

}  // namespace mqttspec::fuzz
