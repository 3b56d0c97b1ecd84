// The program as a test meets it: words in, text and an exit code out; a folder with a case that
// passes.
//
//   TEST_F(cli_test, ...) { EXPECT_EQ(run({"run", "--simulate"}), as_expected) << out_ << err_; }
#pragma once

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

namespace mqttspec::cli {

namespace fs = std::filesystem;

inline constexpr const char* good_cases = R"(scenario ping
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

inline constexpr const char* failing_case = R"(scenario pong
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

}  // namespace mqttspec::cli
