// The program as a user meets it: words in, text and an exit code out.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "results/results.h"

namespace mqttspec::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* good_cases = R"(scenario ping
  title    "a ping is answered"
  versions 5 3.1.1
  clients  c
  step "connect and ping"
    [v5]   c > CONNECT client_id="{ns}-c" clean_start=1
    [v311] c > CONNECT client_id="{ns}-c" clean_session=1
           c < CONNACK session_present=0   @v5:MQTT-3.2.2-2 @v311:MQTT-3.2.2-1
           c > PINGREQ
           c < PINGRESP                    @v5:MQTT-3.12.4-1 @v311:MQTT-3.12.4-1
           c > DISCONNECT
           c > shutdown
           c < close
)";

constexpr const char* failing_case = R"(scenario pong
  title    "a ping is answered with the wrong packet"
  clients  c
  step "connect and ping"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < CONNACK session_present=1          @MQTT-3.2.2-2
)";

class cli_test : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("mqttspec-cli-" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "cases" / "basic");
    write("cases/basic/ping.mqs", good_cases);
    variables_["MQTTSPEC_CASES"] = (folder_ / "cases").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path(name)) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  int run(const arguments& words) {
    std::ostringstream out;
    std::ostringstream err;
    console on{out,
               err,
               false,
               false,
               [this](const std::string& name) -> std::optional<std::string> {
                 const auto found = variables_.find(name);
                 if (found == variables_.end()) return std::nullopt;
                 return found->second;
               },
               "auto"};
    const int code = run_program(words, on);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  bool told(const std::string& text) const { return err_.find(text) != std::string::npos; }
  bool printed(const std::string& text) const { return out_.find(text) != std::string::npos; }

  fs::path folder_;
  std::map<std::string, std::string> variables_;
  std::string out_;
  std::string err_;
};

// A port of loopback that is bound but where nobody listens, or nobody answers.
class idle_port {
 public:
  explicit idle_port(bool listens) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    if (listens) ::listen(fd_, 8);
    socklen_t length = sizeof at;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &length);
    address_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~idle_port() { ::close(fd_); }
  const std::string& address() const { return address_; }

 private:
  int fd_;
  std::string address_;
};

TEST_F(cli_test, every_command_explains_itself) {
  for (const command& c : commands()) {
    EXPECT_EQ(run({std::string(c.name), "--help"}), as_expected) << c.name;
    EXPECT_TRUE(printed("usage: mqttspec " + std::string(c.name))) << out_;
    EXPECT_EQ(run({"help", std::string(c.name)}), as_expected) << c.name;
  }
  EXPECT_EQ(run({"--help"}), as_expected);
  EXPECT_EQ(run({"--version"}), as_expected);
  EXPECT_EQ(out_.find("mqttspec "), 0u);
}

struct mistake {
  arguments words;
  int code;
  const char* message;
};

TEST_F(cli_test, mistakes_are_told_with_what_is_right) {
  write("bad.mqs", "scenario x\n  title \"t\"\n  clients c\n  step \"s\"\n    c > CONECT\n");
  write("bad.toml", "adress = \"x\"\n");
  write("empty.toml", "name = \"x\"\n");
  write("bad.txt", "fail a/b\n");
  write("bad.json", "{}");
  const std::string bad_file = path("bad.mqs");
  for (const mistake& m : std::vector<mistake>{
           {{"run", "--brokr", "x"}, bad_usage, "did you mean '--broker'?"},
           {{"run", "--brok", "x"}, bad_usage, "unknown option '--brok'"},
           {{"lst"}, bad_usage, "did you mean 'list'?"},
           {{"run", "none.mqs"}, bad_usage, "there is no file 'none.mqs'"},
           {{"run", bad_file}, bad_usage, "did you mean 'CONNECT'?"},
           {{"check", bad_file}, bad_usage, "bad.mqs:5:"},
           {{"check", "nowhere"}, bad_usage, "there is no file 'nowhere'"},
           {{"run", "--cases", path("none")}, bad_usage, "there is no directory of cases"},
           {{"run", "--target", path("none.toml")}, bad_usage, "cannot read the target file"},
           {{"run", "--target", path("bad.toml")}, bad_usage, "did you mean 'address'?"},
           {{"run", "--target", path("empty.toml")}, bad_usage, "has no address"},
           {{"run", "--baseline", path("bad.txt")}, bad_usage, "a baseline entry needs a reason"},
           {{"run", "--failed", path("bad.json")}, bad_usage, "is not a results file"},
           {{"run", "--broker", "host:port"}, bad_usage, "has no port"},
           {{"run", "--mqtt", "6"}, bad_usage, "there is no MQTT version '6'"},
           {{"run", "--shard", "3/2"}, bad_usage, "--shard"},
           {{"run", "--level", "maybe"}, bad_usage, "there is no level 'maybe'"},
           {{"run", "--timeout", "soon"}, bad_usage, "--timeout cannot be 'soon'"},
           {{"run", "--jobs", "many"}, bad_usage, "jobs"},
           {{"run", "--trace=some"}, bad_usage, "valid here: failed, all"},
           {{"run", "--color", "blue"}, bad_usage, "valid here: auto, always, never"},
           {{"run", "--simulate", "--broker", "a:1"}, bad_usage, "--simulate"},
           {{"run", "--maximum-qos", "3"}, bad_usage, "--maximum-qos"},
           {{"run", "--queue-overflow", "explode"}, bad_usage, "drop-oldest"},
           {{"run", "--password-env", "NOT_SET"}, bad_usage, "no variable 'NOT_SET'"},
           {{"run", "--password-file", path("none")}, bad_usage, "cannot read the password file"},
           {{"run", "--over", "wsss"}, bad_usage, "did you mean 'wss'?"},
           {{"run", "--broker", "a:1", "--over", "ws"}, bad_usage, "--transport ws=HOST:PORT"},
           {{"run", "--broker", "ws://a:1", "--tls"}, bad_usage, "another transport than --tls"},
           {{"run", "--broker", "quic://a:1"}, bad_usage, "begins with no transport"},
           {{"run", "--broker", "a:1", "--ws", "mqtt"}, bad_usage, "a path begins with /"},
           {{"run", "--broker", "a:1", "--ca", "x"}, bad_usage, "--ca is about TLS"},
           {{"run", "--broker", "a:1", "--insecure"}, bad_usage, "--insecure is about TLS"},
           {{"run", "--tls", "--broker", "a:1", "--ca", "/no"},
            bad_usage,
            "authorities from '/no'"},
           {{"run", "--transport", "ws"}, bad_usage, "--transport ws=127.0.0.1:8080/mqtt"},
           {{"run", "--transport", "ws=tcp://a:1"}, bad_usage, "address of another transport"},
           {{"run", "--node", "=a"}, bad_usage, "--node two=127.0.0.1:1884"},
           {{"run", "--ws", "/mqtt"}, bad_usage, "--ws needs a broker"},
           {{"broker", "--authority", "x", "--listen", "127.0.0.1:0"}, bad_usage, "over TLS"},
           {{"run", "--report-json", path("no/such/dir.json")}, bad_usage, "cannot write"},
           {{"run", "basic/pong"}, nothing_ran, "no case matches 'basic/pong'"},
           {{"run", "--tag", "none"}, nothing_ran, "no case is selected"},
           {{"list", "basic/pong"}, nothing_ran, "no case matches 'basic/pong'"},
           {{"decode", "xyz"}, bad_usage, "neither octets"},
           {{"decode", "CONACK"}, bad_usage, "neither octets"},
           {{"decode", "20 03 00"}, unexpected_result, "not complete"},
           {{"explain", "MQTT-9.9.9-9"}, bad_usage, "there is no statement"},
           {{"report", path("none.json")}, bad_usage, "cannot read the results file"},
           {{"report", path("bad.json")}, bad_usage, "is not a results file"},
           {{"broker", "--listen", "1.2.3.4.5:x"}, bad_usage, "has no port"},
           {{"broker", "stray"}, bad_usage, "takes no words"},
           {{"baseline", "update"}, bad_usage, "--file"},
           {{"baseline", "update", "--file", "x"}, bad_usage, "name a results file"},
           {{"baseline", "x", "--file", "x"}, bad_usage, "say what to do"},
           {{"baseline", "update", "--file", "x", path("none.json")}, bad_usage, "cannot read"},
           {{"generate", "nothing"}, bad_usage, "valid here: man"},
           {{"fmt"}, bad_usage, "no file is named"},
           {{"fmt", path("none.mqs")}, bad_usage, "cannot read the file"},
       }) {
    EXPECT_EQ(run(m.words), m.code) << testing::PrintToString(m.words) << err_;
    EXPECT_TRUE(told(m.message)) << testing::PrintToString(m.words) << "\n" << err_;
  }
}

TEST_F(cli_test, simulated_run_passes_and_writes_its_reports) {
  ASSERT_EQ(
      run({"run", "--simulate", "--report-json", path("r.json"), "--report-junit", path("r.xml")}),
      as_expected)
      << out_ << err_;
  EXPECT_TRUE(printed("PASS basic/ping/ping[v5]"));
  EXPECT_TRUE(printed("OK: 2 passed of 2"));
  const auto r = results::from_json(read("r.json"));
  ASSERT_TRUE(r) << r.error();
  EXPECT_EQ(r->cases.size(), 2u);
  EXPECT_EQ(r->target.address, "simulated");
  EXPECT_NE(read("r.xml").find("<testsuites"), std::string::npos);
  EXPECT_EQ(run({"report", path("r.json"), "--junit", path("again.xml")}), as_expected);
  EXPECT_EQ(read("again.xml"), read("r.xml"));
}

TEST_F(cli_test, embedded_run_on_real_sockets_passes) {
  EXPECT_EQ(run({"basic/**"}), as_expected) << out_ << err_;
  EXPECT_TRUE(printed("OK: 2 passed of 2")) << out_;
  EXPECT_TRUE(printed("against the embedded broker"));
}

TEST_F(cli_test, embedded_run_passes_over_every_transport) {
  write(
      "cases/basic/both.mqs",
      "scenario both\n  title \"two listeners, two nodes\"\n  clients a over ws\n"
      "  clients b over wss\n  clients c over tls\n  clients d at two\n"
      "  needs ws, wss, tls, two_nodes\n  step \"all connect\"\n" +
          [] {
            std::string lines;
            for (const std::string c : {"a", "b", "c", "d"}) {
              lines += "    " + c + " > CONNECT client_id=\"{ns}-" + c + "\" clean_start=1\n    " +
                       c + " < CONNACK session_present=0\n    " + c + " > DISCONNECT\n    " + c +
                       " > shutdown\n    " + c + " < close within 2s\n";
            }
            return lines;
          }());
  for (const char* over : {"tcp", "tls", "ws", "wss"}) {
    EXPECT_EQ(run({"run", "--over", over}), as_expected) << over << out_ << err_;
    EXPECT_TRUE(printed("OK: 3 passed of 3")) << over << out_;
  }
  EXPECT_EQ(run({"run", "--simulate"}), as_expected) << out_;
  EXPECT_TRUE(printed("OK: 3 passed of 3")) << out_;
}

TEST_F(cli_test, a_listener_that_is_not_there_is_named) {
  // Nothing listens: the run is void, and the reason for that names the listener.
  const idle_port port(false);
  const idle_port other(true);
  EXPECT_EQ(run({"run", "--broker", other.address(), "--transport", "ws=" + port.address(),
                 "--timeout", "200ms"}),
            broker_unusable);
  EXPECT_TRUE(printed("cannot connect to the target's transport ws://" + port.address() +
                      "/mqtt: connection refused"))
      << out_;
}

TEST_F(cli_test, a_failure_ends_with_1_and_can_be_run_again) {
  write("cases/basic/pong.mqs", failing_case);
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), unexpected_result);
  EXPECT_TRUE(printed("FAIL basic/pong/pong[v5]")) << out_;
  EXPECT_TRUE(printed("CONNACK.session_present: expected 1, got 0")) << out_;
  EXPECT_TRUE(printed("run again: mqttspec run --simulate 'basic/pong/pong[v5]' --trace")) << out_;

  EXPECT_EQ(run({"run", "--simulate", "--failed", path("r.json")}), unexpected_result);
  EXPECT_TRUE(printed(" of 1 in ")) << out_;

  write("known.txt", "fail basic/pong/** \"expected 1, got 0\" # a test\n");
  EXPECT_EQ(run({"run", "--simulate", "--baseline", path("known.txt")}), as_expected) << out_;
  EXPECT_TRUE(printed("KNOWN FAIL basic/pong/pong[v5]"));

  write("stale.txt", "fail basic/pong/** # a test\nfail gone/** # nothing\n");
  EXPECT_EQ(run({"run", "--simulate", "--baseline", path("stale.txt")}), unexpected_result);
  EXPECT_TRUE(printed("no case matches 'gone/**'")) << out_;

  // Several baselines add up, wherever they come from.
  write("none.txt", "# nothing\n");
  EXPECT_EQ(
      run({"run", "--simulate", "--baseline", path("none.txt"), "--baseline", path("known.txt")}),
      as_expected)
      << out_;
  variables_["MQTTSPEC_BASELINE"] = path("none.txt") + "," + path("known.txt");
  EXPECT_EQ(run({"run", "--simulate"}), as_expected) << out_;
}

TEST_F(cli_test, a_baseline_is_written_judged_and_shrunk) {
  write("cases/basic/pong.mqs", failing_case);
  const arguments with_it = {"run",           "--simulate",  "--baseline", path("known.txt"),
                             "--report-json", path("r.json")};
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), unexpected_result);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt")}), as_expected)
      << err_;
  EXPECT_TRUE(
      printed("+ fail   basic/pong/pong[v5]  \"CONNACK.session_present: expected 1, got 0\""))
      << out_;
  EXPECT_TRUE(printed("1 of them to judge")) << out_;
  // Nobody has judged it: the run says so and is not as expected.
  EXPECT_EQ(run(with_it), unexpected_result);
  EXPECT_TRUE(printed("nobody has judged 'basic/pong/pong[v5]' yet")) << out_;
  std::string judged = read("known.txt");
  judged.replace(judged.find("TO JUDGE"), 8, "a broken case");
  write("known.txt", "# A comment.\n" + judged);
  EXPECT_EQ(run(with_it), as_expected) << out_;
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt"), "--check"}),
            as_expected)
      << out_;
  // The broker is mended: the entry is an unexpected pass and goes.
  write("cases/basic/pong.mqs",
        std::string(failing_case)
            .replace(std::string(failing_case).find("present=1"), 9, "present=0"));
  EXPECT_EQ(run(with_it), unexpected_result);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt"), "--check"}),
            unexpected_result);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt")}), as_expected);
  EXPECT_EQ(read("known.txt"),
            "# A comment.\n# What is known to fail on embedded broker, simulated, and why.\n\n");
  EXPECT_EQ(run(with_it), as_expected);
}

TEST_F(cli_test, results_that_say_nothing_make_no_baseline) {
  const idle_port port(false);
  EXPECT_EQ(run({"run", "--broker", port.address(), "--report-json", path("r.json")}),
            broker_unusable);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt")}), bad_usage);
  EXPECT_TRUE(told("says nothing about the broker")) << err_;
  EXPECT_FALSE(fs::exists(path("known.txt")));
}

TEST_F(cli_test, inside_github_a_failure_is_annotated) {
  write("cases/basic/pong.mqs", failing_case);
  variables_["GITHUB_ACTIONS"] = "true";
  variables_["GITHUB_STEP_SUMMARY"] = path("summary.md");
  EXPECT_EQ(run({"run", "--simulate"}), unexpected_result);
  EXPECT_EQ(out_.find("::group::mqttspec: all cases\n"), 0u) << out_;
  EXPECT_TRUE(printed("\n::group::FAIL basic/pong/pong[v5]\n"));
  EXPECT_TRUE(printed("title=basic/pong/pong[v5]::CONNACK.session_present: expected 1, got 0%0A"))
      << out_;
  EXPECT_NE(read("summary.md").find("basic/pong/pong"), std::string::npos);
  // Nothing of it elsewhere.
  variables_.clear();
  variables_["MQTTSPEC_CASES"] = (folder_ / "cases").string();
  EXPECT_EQ(run({"run", "--simulate"}), unexpected_result);
  EXPECT_FALSE(printed("::"));
}

TEST_F(cli_test, the_version_tells_that_of_the_catalogue) {
  fs::create_directories(folder_ / "cases" / "statements");
  write("cases/statements/version.txt", "7.2\n");
  EXPECT_EQ(run({"--version"}), as_expected) << err_;
  EXPECT_TRUE(printed("catalogue 7.2 (0 statements) in ")) << out_;
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), as_expected);
  EXPECT_EQ(results::from_json(read("r.json"))->catalogue_version, "7.2");
}

TEST_F(cli_test, faults_of_real_brokers_are_listed_with_their_cases) {
  std::filesystem::create_directories(path("cases/statements"));
  write("cases/statements/real-bugs.json",
        R"([{"what": "never answers", "seen_in": ["X 1"], "cases": ["basic/pong"]},
            {"what": "eats paper", "why": "not visible"}])");
  EXPECT_EQ(run({"list", "--bugs"}), as_expected) << err_;
  EXPECT_TRUE(printed("never answers\n    seen in X 1\n    caught by basic/pong\n")) << out_;
  EXPECT_TRUE(printed("1 of 2 faults of real brokers are caught by a case, 1 say why not"));
  EXPECT_EQ(run({"list", "--bugs", "--uncovered"}), as_expected);
  EXPECT_FALSE(printed("never answers")) << out_;

  write("cases/statements/real-bugs.json", "{}");
  EXPECT_EQ(run({"list", "--bugs"}), bad_usage);
}

TEST_F(cli_test, a_refused_connection_ends_with_3_and_a_report) {
  const idle_port port(false);
  EXPECT_EQ(run({"run", "--broker", port.address(), "--report-json", path("r.json")}),
            broker_unusable);
  EXPECT_TRUE(printed("cannot connect to " + port.address() + ": connection refused")) << out_;
  const auto r = results::from_json(read("r.json"));
  ASSERT_TRUE(r);
  EXPECT_NE(r->void_reason, "");
}

TEST_F(cli_test, a_broker_that_never_answers_ends_with_3) {
  const idle_port port(true);
  EXPECT_EQ(run({"run", "--broker", port.address(), "--timeout", "200ms", "--slack", "0ms"}),
            broker_unusable);
  EXPECT_TRUE(printed("the sanity check before the cases failed")) << out_;
}

TEST_F(cli_test, options_come_from_the_environment_and_the_command_line_wins) {
  const idle_port port(false);
  variables_["MQTTSPEC_BROKER"] = port.address();
  EXPECT_EQ(run({"run"}), broker_unusable);
  const idle_port other(false);
  EXPECT_EQ(run({"run", "--broker", other.address()}), broker_unusable);
  EXPECT_TRUE(printed(other.address())) << out_;
  variables_.erase("MQTTSPEC_BROKER");
  variables_["MQTTSPEC_SIMULATE"] = "1";
  EXPECT_EQ(run({}), as_expected) << err_;
  EXPECT_TRUE(printed("of virtual time"));
}

TEST_F(cli_test, credentials_reach_the_broker_and_nothing_else) {
  variables_["THE_PASSWORD"] = "hunter2-secret";
  EXPECT_EQ(run({"run", "--user", "tester-name", "--password-env", "THE_PASSWORD", "--trace=all",
                 "--report-json", path("r.json"), "--report-junit", path("r.xml")}),
            as_expected)
      << out_;
  write("secret.txt", "hunter2-secret\n");
  const std::string first = out_ + read("r.json");
  EXPECT_EQ(run({"run", "--user", "tester-name", "--password-file", path("secret.txt"),
                 "--trace=all", "--report-json", path("r.json"), "--report-junit", path("r.xml")}),
            as_expected)
      << out_;
  out_ += first;
  const std::string hex = "68756e746572322d736563726574";
  for (const std::string& text : {out_, err_, read("r.json"), read("r.xml")}) {
    EXPECT_EQ(text.find("hunter2-secret"), std::string::npos);
    EXPECT_EQ(text.find("68 75 6e 74 65 72 32"), std::string::npos);
    EXPECT_EQ(text.find(hex), std::string::npos);
  }
}

TEST_F(cli_test, a_launched_broker_that_tells_the_password_is_not_repeated) {
  const idle_port port(false);
  variables_["THE_PASSWORD"] = "hunter2-secret";
  EXPECT_EQ(run({"run", "--broker", port.address(), "--start",
                 "echo key hunter2-secret; printf 'no <b>\\033[31mlicense\\n' >&2; exit 3",
                 "--user", "tester-name", "--password-env", "THE_PASSWORD", "--report-json",
                 path("r.json"), "--report-html", path("r.html")}),
            broker_unusable)
      << out_;
  const auto r = results::from_json(read("r.json"));
  ASSERT_TRUE(r) << r.error();
  ASSERT_TRUE(r->process);
  EXPECT_EQ(r->process->status, 3u);
  EXPECT_EQ(r->process->output, (std::vector<std::string>{"key ***", "no <b>\\x1b[31mlicense"}));
  EXPECT_TRUE(printed("the broker ended with status 3")) << out_;
  for (const std::string& text : {out_, err_, read("r.json"), read("r.html")}) {
    EXPECT_EQ(text.find("hunter2-secret"), std::string::npos) << text;
    EXPECT_EQ(text.find('\033'), std::string::npos);
  }
  EXPECT_NE(read("r.html").find("no &lt;b&gt;"), std::string::npos);
}

TEST_F(cli_test, too_few_verdicts_end_with_4) {
  EXPECT_EQ(run({"run", "--simulate", "--min", "3"}), nothing_ran);
  EXPECT_TRUE(told("fewer than 3 cases"));
  EXPECT_EQ(run({"run", "--simulate", "--min", "2"}), as_expected);
}

TEST_F(cli_test, decode_goes_both_ways) {
  EXPECT_EQ(run({"decode", "20", "03", "01", "00", "00"}), as_expected);
  EXPECT_TRUE(printed("CONNACK session_present=1")) << out_;
  EXPECT_EQ(run({"decode", "--mqtt", "3.1.1", "2002 0000 d000"}), as_expected);
  EXPECT_TRUE(printed("PINGRESP")) << out_;
  EXPECT_EQ(run({"decode", "PUBLISH", "topic=\"a\"", "payload=\"x\""}), as_expected) << err_;
  EXPECT_EQ(out_.find("30 05 00 01 61 00 78"), 0u) << out_;
  EXPECT_EQ(run({"decode", "21030000 00"}), unexpected_result);
  EXPECT_TRUE(told("reserved_flags"));
}

TEST_F(cli_test, list_names_cases_in_text_and_json) {
  EXPECT_EQ(run({"list"}), as_expected);
  EXPECT_EQ(out_, "basic/ping/ping[v5]\nbasic/ping/ping[v311]\n");
  EXPECT_EQ(run({"list", "--json", "**[v311]"}), as_expected);
  EXPECT_TRUE(printed("\"id\": \"basic/ping/ping[v311]\"")) << out_;
  EXPECT_FALSE(printed("[v5]"));
}

TEST_F(cli_test, a_file_of_ones_own_can_use_the_library) {
  fs::create_directories(folder_ / "cases" / "lib");
  write("cases/lib/common.mqs",
        "def hello(c)\n  c > CONNECT client_id=\"{ns}-c\" clean_start=1\n  c < CONNACK\n");
  write("mine.mqs",
        "import \"lib/common.mqs\"\n\nscenario mine\n  title \"t\"\n  clients c\n  step \"s\"\n    "
        "do "
        "hello(c)\n");
  EXPECT_EQ(run({"run", "--simulate", path("mine.mqs")}), as_expected) << err_;
  EXPECT_TRUE(printed("PASS mine/mine[v5]")) << out_;
}

TEST_F(cli_test, fmt_lays_out_and_check_only_tells) {
  const std::string messy =
      "scenario   x\n  title    \"t\"\n  clients  c\n  step \"s\"\n    c  >  CONNECT "
      "client_id=\"{ns}\"   clean_start=1\n";
  write("messy.mqs", messy);
  EXPECT_EQ(run({"fmt", "--check", path("messy.mqs")}), unexpected_result);
  EXPECT_EQ(read("messy.mqs"), messy);
  EXPECT_EQ(run({"fmt", path("messy.mqs")}), as_expected) << err_;
  EXPECT_NE(read("messy.mqs"), messy);
  EXPECT_EQ(run({"fmt", "--check", path("messy.mqs")}), as_expected) << read("messy.mqs");
}

TEST_F(cli_test, profile_prints_and_writes_what_was_measured) {
  EXPECT_EQ(run({"profile", "--simulate", "--queue-limit", "8", "--queue-overflow", "drop-oldest",
                 "--cases", MQTTSPEC_SOURCE_DIR "/cases", "--report-json", path("p.json")}),
            as_expected)
      << err_;
  for (const char* line : {"queue_limit = 8\n", "queue_overflow = \"drop-oldest\"\n",
                           "Will delay, 2 s asked for", "not measured\n"}) {
    EXPECT_TRUE(printed(line)) << line << out_;
  }
  EXPECT_FALSE(printed("PASS")) << out_;
  const auto r = results::from_json(read("p.json"));
  ASSERT_TRUE(r) << r.error();
  ASSERT_EQ(r->profile.windows.size(), 3u);
  EXPECT_EQ(r->profile.windows.back().name, "will_delay");
  EXPECT_TRUE(r->profile.windows.back().never_before);
  // What was measured needs no packets any more.
  for (const results::case_result& c : r->cases) EXPECT_TRUE(c.trace.empty()) << c.id;
}

TEST(exit_codes, follow_the_table) {
  using results::verdict;
  const auto code = [](verdict v, bool expected, auto change, std::size_t min = 0) {
    results::run_results r;
    results::case_result c;
    c.outcome = v;
    c.expected = expected;
    r.cases = {c};
    change(r);
    return exit_code_of(r, min);
  };
  const auto as_is = [](results::run_results&) {};
  EXPECT_EQ(code(verdict::pass, true, as_is), 0);
  EXPECT_EQ(code(verdict::fail, true, as_is), 0);
  EXPECT_EQ(code(verdict::fail, false, as_is), 1);
  EXPECT_EQ(code(verdict::pass, false, as_is), 1);
  EXPECT_EQ(code(verdict::error, false, as_is), 1);
  EXPECT_EQ(code(verdict::skip, true, as_is), 4);
  EXPECT_EQ(code(verdict::inconclusive, true, as_is), 4);
  EXPECT_EQ(code(verdict::pass, true, as_is, 2), 4);
  EXPECT_EQ(code(verdict::pass, true, [](auto& r) { r.cases.clear(); }), 4);
  EXPECT_EQ(code(verdict::pass, true, [](auto& r) { r.problems = {"stale"}; }), 1);
  EXPECT_EQ(code(verdict::fail, false, [](auto& r) { r.void_reason = "gone"; }), 3);
  EXPECT_EQ(code(verdict::fail, false, [](auto& r) { r.interrupted = true; }), 130);
}

}  // namespace
}  // namespace mqttspec::cli
