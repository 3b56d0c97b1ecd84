// What a run keeps to itself: credentials, and paths of the machine.

#include "cli/cli_fixture.h"
#include "results/results.h"

namespace mqttspec::cli {
namespace {

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

TEST_F(cli_test, the_record_holds_no_path_of_the_machine) {
  const idle_port port(false);
  const std::string made_up = "/tmp/tmp.KsyR1HuK7g";
  variables_["HOME"] = "/home/someone";
  EXPECT_EQ(run({"run", "--broker", port.address(), "--start",
                 "echo " + fs::current_path().string() + "/launch " + made_up +
                     " /home/someone/broker; exit 3",
                 "--report-json", path("r.json"), "--report-html", path("r.html"), "--report-junit",
                 path("r.xml"), "--report-markdown", path("r.md")}),
            broker_unusable)
      << out_;
  const auto r = results::from_json(read("r.json"));
  ASSERT_TRUE(r) << r.error();
  ASSERT_TRUE(r->process);
  EXPECT_EQ(r->process->command, "echo launch {directory} ~/broker; exit 3");
  EXPECT_EQ(r->process->output, std::vector<std::string>{"launch {directory} ~/broker"});
  for (const char* file : {"r.json", "r.html", "r.xml", "r.md"}) {
    for (const std::string& place : {fs::current_path().string(), made_up, variables_["HOME"]}) {
      EXPECT_EQ(read(file).find(place), std::string::npos) << file << " tells " << place;
    }
  }
}

}  // namespace
}  // namespace mqttspec::cli
