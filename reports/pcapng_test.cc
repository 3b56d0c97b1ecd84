#include "reports/pcapng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "base/shell_words.h"
#include "reports/synthetic_test.h"
#include "reports/text.h"
#include "results/example.h"

namespace mqttspec::reports {
namespace {

using namespace std::chrono_literals;
using results::case_result;
using results::run_results;
using results::trace_direction;
using testing::HasSubstr;

bool have_tshark() {
  return std::system("tshark --version >/dev/null 2>&1") == 0;
}

// What tshark makes of |capture|, run with |options|.
std::string tshark(const std::string& capture, const std::string& options) {
  const std::string path =
      testing::TempDir() + "mqttspec-" + std::to_string(::getpid()) + ".pcapng";
  std::ofstream(path, std::ios::binary) << capture;
  const std::string command =
      "tshark -r " + shell_quote(path) + " " + options + " 2>/dev/null && echo read";
  std::string out;
  if (FILE* pipe = ::popen(command.c_str(), "r")) {
    std::array<char, 4096> buffer{};
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
      out.append(buffer.data(), n);
    }
    ::pclose(pipe);
  }
  std::filesystem::remove(path);
  return out;
}

case_result failing_case(const run_results& run) {
  for (const case_result& c : run.cases) {
    if (c.outcome == results::verdict::fail) return c;
  }
  return {};
}

constexpr const char* mqtt_types = "-Y mqtt -T fields -e tcp.stream -e mqtt.msgtype";

TEST(pcapng, capture_looks_as_documented) {
  const run_results run = synthetic_run(20);
  expect_golden_file("failure.pcapng.hex",
                     to_hex(as_bytes(to_pcapng(run, failing_case(run)))) + "\n");
}

TEST(pcapng, tshark_decodes_every_packet_as_mqtt) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  const run_results run = synthetic_run(20);
  const std::string text = tshark(to_pcapng(run, failing_case(run)), mqtt_types);
  EXPECT_EQ(text.substr(0, text.find("1\t")), "0\t1\n0\t2\n0\t8\n0\t9\n");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 18 + 1);
  const std::string all =
      tshark(to_pcapng(run, failing_case(run)), "-V -o tcp.check_checksum:TRUE");
  EXPECT_THAT(all, HasSubstr("the failure is about this"));
  EXPECT_THAT(all, testing::Not(HasSubstr("incorrect")));
  EXPECT_THAT(all, testing::Not(HasSubstr("Malformed")));
  EXPECT_THAT(all, testing::Not(HasSubstr("previous segment")));
  EXPECT_THAT(all, testing::Not(HasSubstr("Retransmission")));
}

// Opening a connection takes three packets, which may not come after what follows a microsecond
// later.
TEST(pcapng, times_never_go_back_and_the_last_packet_tells_what_did_not_come) {
  case_result c;
  c.packets = {{"a", 1us, trace_direction::sent, "", "c0 00", 2, false},
               {"b", 2us, trace_direction::sent, "", "c0 00", 2, false}};
  c.fault.emplace();
  c.fault->message = "expected PINGRESP, nothing came";
  const std::string capture = to_pcapng({}, c);
  EXPECT_THAT(capture, HasSubstr("after this the case failed: expected PINGRESP, nothing came"));
  std::uint64_t last = 0;
  for (std::size_t at = 0; at + 20 < capture.size();) {
    const auto number = [&](std::size_t i) {
      std::uint32_t n = 0;
      std::memcpy(&n, &capture[at + i], sizeof n);
      return std::uint64_t{n};
    };
    if (number(0) == 6) {  // an enhanced packet block
      const std::uint64_t time = number(12) << 32 | number(16);
      EXPECT_GE(time, last);
      last = time;
    }
    at += number(4);
  }
  EXPECT_GT(last, 0u);
}

TEST(pcapng, a_new_connection_of_a_client_is_a_new_stream) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  case_result c;
  c.id = "a[v5]";
  c.packets = {{"c", 1ms, trace_direction::sent, "PINGREQ", "c0 00", 2, false},
               {"c", 2ms, trace_direction::event, "closed by the broker (reset)", "", 0, false},
               {"c", 3ms, trace_direction::sent, "PINGREQ", "c0 00", 2, false}};
  EXPECT_EQ(tshark(to_pcapng({}, c), mqtt_types), "0\t12\n1\t12\nread\n");
  EXPECT_EQ(tshark(to_pcapng({}, c), "-Y 'tcp.flags.reset==1' -T fields -e tcp.srcport"),
            "1883\nread\n");
}

TEST(pcapng, a_packet_known_in_part_is_cut_off_by_the_capture) {
  if (!have_tshark()) GTEST_SKIP() << "tshark is not installed";
  case_result c;
  c.packets = {{"c", 1ms, trace_direction::sent, "PUBLISH", "30 ac 9c 01 00 01 61", 20'015, false},
               {"c", 2ms, trace_direction::sent, "PINGREQ", "c0 00", 2, false}};
  const std::string lengths =
      tshark(to_pcapng({}, c), "-Y 'tcp.len>0' -T fields -e frame.len -e frame.cap_len");
  EXPECT_EQ(lengths, "20055\t47\n42\t42\nread\n");
}

TEST(pcapng, masked_credentials_are_letters) {
  case_result c;
  c.packets = {{"c", 1ms, trace_direction::sent, "CONNECT", "10 02 ** **", 4, false}};
  EXPECT_THAT(to_pcapng({}, c), HasSubstr(std::string("\x10\x02xx")));
}

TEST(pcapng, no_text_makes_a_capture_that_cannot_be_read) {
  std::string all;
  for (const std::string& text : hostile_texts()) {
    run_results run = hostile_run(text);
    run.started_at = text;
    for (case_result& c : run.cases) {
      for (auto& t : c.packets) {
        t.hex = text.substr(0, 300);
        t.at = duration::min();
        t.size = UINT64_C(1) << 20;
      }
      const std::string capture = to_pcapng(run, c);
      EXPECT_EQ(capture.size() % 4, 0u);
      if (!c.packets.empty()) all = capture;
    }
    if (have_tshark() && !all.empty()) {
      EXPECT_THAT(tshark(all, "-c 3 -T fields -e frame.number"), testing::EndsWith("read\n"));
    }
  }
}

TEST(pcapng, a_boundless_size_does_not_make_a_boundless_file) {
  case_result c;
  c.packets = {{"c", 1ms, trace_direction::sent, "PUBLISH", "30", UINT64_MAX, false}};
  EXPECT_LT(to_pcapng({}, c).size(), 1'000'000u);
}

TEST(pcapng, file_names_stay_in_their_folder) {
  case_result c;
  c.id = "../../etc/passwd[v5,x=\"/\"]";
  EXPECT_EQ(capture_name(c), "_._.._etc_passwd_v5_x=____.pcapng");
}

}  // namespace
}  // namespace mqttspec::reports
