#include "reports/synthetic_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "results/example.h"
#include "results/fields.h"
#include "script/catalogue.h"

namespace mqttspec::reports {

using namespace std::chrono_literals;
using results::case_result;
using results::check_outcome;
using results::trace_direction;
using results::verdict;

namespace {

constexpr std::array folders = {"connect/flags",  "connect/client_id", "queue/order",
                                "session/expiry", "session/takeover",  "subscribe/options",
                                "publish/qos2",   "retain/handling",   "will/delay",
                                "limits/packet",  "shared/delivery",   "errors/malformed"};

std::vector<results::trace_line> trace_of(std::mt19937& random, bool failing) {
  std::vector<results::trace_line> out;
  duration at = 300us;
  const auto add = [&](const char* client, trace_direction d, std::string text, std::string hex) {
    at += std::chrono::microseconds(100 + random() % 900);
    const std::size_t size = (hex.size() + 1) / 3;
    out.push_back({client, at, d, std::move(text), std::move(hex), size, false});
  };
  add("sub", trace_direction::event, "open", "");
  add("sub", trace_direction::sent, "CONNECT client_id=\"t48c7-sub\" clean_start=1 keep_alive=60",
      "10 15 00 04 4d 51 54 54 05 02 00 3c 00 00 08 74 34 38 63 37 2d 73 75");
  add("sub", trace_direction::received,
      "CONNACK session_present=0 reason=success receive_maximum=20 topic_alias_maximum=10",
      "20 09 00 00 06 22 00 0a 21 00 14");
  add("sub", trace_direction::sent, "SUBSCRIBE id=1 filter=\"t48c7/queue\" max_qos=1",
      "82 11 00 01 00 00 0b 74 34 38 63 37 2f 71 75 65 75 65 01");
  add("sub", trace_direction::received, "SUBACK id=1 reasons=[granted_qos_1]", "90 04 00 01 00 01");
  add("pub", trace_direction::event, "open", "");
  add("pub", trace_direction::sent, "CONNECT client_id=\"t48c7-pub\" clean_start=1",
      "10 15 00 04 4d 51 54 54 05 02 00 00 00 00 08 74 34 38 63 37 2d 70 75");
  add("pub", trace_direction::received, "CONNACK session_present=0 reason=success",
      "20 03 00 00 00");
  for (int n = 1; n <= 4; ++n) {
    add("pub", trace_direction::sent,
        fmt::format("PUBLISH topic=\"t48c7/queue\" qos=1 dup=0 retain=0 id={} payload=\"m{}\"", n,
                    n),
        fmt::format("32 12 00 0b 74 34 38 63 37 2f 71 75 65 75 65 00 {:02x} 00 6d {:02x}", n,
                    0x30 + n));
    add("pub", trace_direction::received, fmt::format("PUBACK id={} reason=success", n),
        fmt::format("40 02 00 {:02x}", n));
    add("sub", trace_direction::received,
        fmt::format("PUBLISH topic=\"t48c7/queue\" qos=1 dup=0 retain=0 id={} payload=\"m{}\"", n,
                    n),
        fmt::format("32 12 00 0b 74 34 38 63 37 2f 71 75 65 75 65 00 {:02x} 00 6d {:02x}", n,
                    0x30 + n));
    out.back().marked = failing && n == 2;
  }
  add("sub", trace_direction::event, "closed by the broker", "");
  return out;
}

results::failure failure_of(const case_result& c, const results::statement_check& cited,
                            bool silent) {
  results::failure f;
  if (silent) {
    f.faults = {};
    f.message = "expected PUBACK within 2s, nothing came";
    f.actual = "nothing within 2s";
  } else {
    f.faults = {"PUBLISH.payload: expected \"m1\", got \"m2\"", "PUBLISH.dup: expected 0, got 1"};
    f.message = f.faults[0];
    f.actual = "PUBLISH topic=\"t48c7/queue\" qos=1 dup=1 retain=0 id=2 payload=\"m2\"";
  }
  f.client = "sub";
  f.step = "the session resumes; all eight arrive, in order";
  f.source_line =
      "             sub < PUBLISH topic={topic} qos=1 payload=\"m{n}\" id as pid within 2s   "
      "@v5:MQTT-4.6.0-6 @v311:MQTT-4.6.0-6";
  f.expected = f.source_line.substr(13);
  f.loop = "n=1";
  f.where = {c.file, 30, 48, 14};
  f.statements = {cited};
  return f;
}

struct text_setter {
  std::string text;

  void operator()(const char* key, std::string& s) {
    // What a reader of results only compares stays a word that it knows.
    const std::string_view name = key;
    if (name != "version" && name != "level" && name != "started_at" && name != "hex") s = text;
  }
  void operator()(const char*, std::vector<std::string>& all) { all = {text, text}; }
  void operator()(const char*, std::map<std::string, std::string>& all) { all = {{text, text}}; }
  template <class T>
  void operator()(const char* key, std::vector<T>& all) {
    for (T& one : all) (*this)(key, one);
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& one) {
    if (one) (*this)(key, *one);
  }
  template <class T>
  void operator()(const char*, T& value) {
    if constexpr (requires { fields(*this, value); }) fields(*this, value);
  }
};

}  // namespace

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void expect_golden_file(const std::string& name, const std::string& text) {
  const std::string path = MQTTSPEC_SOURCE_DIR "/reports/golden/" + name;
  if (std::getenv("MQTTSPEC_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text_of_file(path), text) << "golden file " << path;
}

catalogue real_catalogue() {
  std::vector<diagnostic> problems;
  const auto read = script::catalogue::load(MQTTSPEC_SOURCE_DIR "/cases/statements", problems);
  EXPECT_TRUE(problems.empty());
  catalogue all;
  for (const script::statement_entry* s : read.statements()) {
    all.push_back({s->id, std::string(wire::version_tag(s->version)), s->section, s->level,
                   s->summary, s->status, s->why});
  }
  return all;
}

results::run_results synthetic_run(std::size_t cases, unsigned seed) {
  std::mt19937 random(seed);
  const catalogue statements = real_catalogue();
  results::run_results run = results::example_run();
  run.cases.clear();
  run.problems.clear();
  run.seed = seed;
  run.took = 12'345ms;
  run.target.name = fmt::format("synthetic broker {}", seed);
  run.target.learned = {{"receive_maximum", "20"},
                        {"topic_alias_maximum", "10"},
                        {"maximum_qos", "2"},
                        {"retain_available", "1"},
                        {"maximum_packet_size", "268435455"}};
  run.target.declared = {
      {"queue_limit", "1000"}, {"queue_overflow", "drop-newest"}, {"session_expiry_max", "7200"}};
  for (std::size_t i = 0; i < cases; ++i) {
    const bool v5 = i % 2 == 0;
    const std::string folder = folders[(i / 8) % folders.size()];
    case_result c;
    c.name = fmt::format("requirement-{:03}-holds", i / 2);
    c.path = folder + "/" + c.name;
    c.version = v5 ? "5" : "3.1.1";
    c.id = c.path + (v5 ? "[v5]" : "[v311]");
    c.title = fmt::format("A subscriber that comes back gets what was kept for it, arrangement {}",
                          i / 2);
    c.file = "cases/" + folder + ".mqs";
    c.line = static_cast<std::uint32_t>(3 + i % 200);
    c.level = i % 17 == 0 ? "should" : i % 23 == 0 ? "info" : "must";
    c.purposes = {fmt::format("S-Q-{:02}", i % 20)};
    c.took = std::chrono::milliseconds(2 + random() % 2500);
    c.started = 5ms;
    results::statement_check cited;
    for (std::size_t tries = 0; tries < 40; ++tries) {
      const catalogue_entry& e = statements[random() % statements.size()];
      if (e.status != "testable" || (e.version == "v5") != v5) continue;
      cited = {e.version, e.id, e.summary, check_outcome::checked};
      break;
    }
    const unsigned dice = static_cast<unsigned>(random() % 100);
    const bool failing = i % 97 == 5 || (i > 0 && i % 97 == 6);
    if (failing) {
      c.outcome = verdict::fail;
      c.expected = c.level == "should" || i % 5 == 0;
      if (c.level != "should" && c.expected) c.baseline_reason = "https://example.org/issues/12";
      cited.outcome = check_outcome::violated;
      c.fault = failure_of(c, cited, i % 2 == 0);
    } else if (c.level == "info") {
      c.outcome = verdict::pass_note;
      c.notes = {"recorded: close came 120ms too late (expected between 2s and 3s since quiet)"};
      c.fault = failure_of(c, cited, true);
      c.fault->message = c.notes[0].substr(10);
    } else if (dice < 4) {
      c.outcome = verdict::pass_note;
      c.notes = {dice % 2 == 0 ? "closed without DISCONNECT" : "answered with another reason"};
    } else if (dice < 8) {
      c.outcome = verdict::skip;
      c.reason = "needs queue_limit <= 200; the target declares 1000";
    } else if (dice < 10) {
      c.outcome = verdict::inconclusive;
      c.reason = "the harness was late by 80ms";
      cited.outcome = check_outcome::inconclusive;
    } else if (dice == 10) {
      c.outcome = verdict::error;
      c.expected = false;
      c.reason = "connection refused";
    } else {
      c.outcome = verdict::pass;
    }
    if (c.outcome != verdict::skip) {
      c.statements = {cited};
      c.packets = trace_of(random, failing);
    }
    run.cases.push_back(std::move(c));
  }
  std::sort(run.cases.begin(), run.cases.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return run;
}

results::run_results hostile_run(const std::string& text) {
  results::run_results run = results::example_run();
  text_setter set{text};
  fields(set, run);
  return run;
}

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> out = {
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'><img src=x onerror=alert(1)>",
        "</style></title></textarea><svg onload=alert(1)>",
        "]]><evil attribute=\"1\">",
        "<!-- --> --!> <![CDATA[",
        "{{#cases}}{{{page_js}}}{{/cases}} {{>page}}",
        "``` \n```\n# heading\n<b>bold</b>",
        "[link](javascript:alert(1)) ![image](https://example.org/x.png) @everyone #1 www.evil.org",
        "a\nb\r\n\n## injected\n- item\n::error::annotation",
        "\x1b[31mred\x1b[0m \x07 \x9b",
        "left \xE2\x80\xAEright\xE2\x80\xAC \xE2\x81\xA6isolated\xE2\x81\xA9",
        "\xC3\x28 \xED\xA0\x80 \xF8\x88\x80\x80\x80 \xFF\xFE",
        "| table | cell |\n| --- | --- |",
        "&amp;&#60;script&#62; &lt;script&gt;",
        "\\x3cscript\\x3e \\u003cscript\\u003e",
        "javascript:alert(1)",
        "../../etc/passwd",
        "",
        " ",
        "\xEF\xBF\xBE\xEF\xBF\xBF",
    };
    std::string octets;
    for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
    out.push_back(octets);
    out.push_back(std::string(20'000, '<'));
    return out;
  }();
  return texts;
}

}  // namespace mqttspec::reports
