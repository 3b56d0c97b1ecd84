#include "script/about.h"

#include <gtest/gtest.h>

#include "script/checker.h"
#include "script/expander.h"
#include "script/features.h"

namespace mqttspec::script {
namespace {

constexpr auto v5 = wire::protocol_version::v5;

TEST(about, subjects_have_one_of_seven_forms) {
  const auto field = parse_subject("CONNACK.session_present=1!");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->field, "session_present");
  EXPECT_EQ(field->got, 1u);
  EXPECT_TRUE(field->always);
  EXPECT_EQ(parse_subject("no PUBLISH")->is, subject::kind::intrudes);
  EXPECT_EQ(parse_subject("PUBLISH")->is, subject::kind::comes);
  for (const char* good : {"close", "order", "window", "form"}) {
    EXPECT_TRUE(parse_subject(good)) << good;
  }
  for (const char* bad :
       {"", "CONNACKS", "no PUBLISH.dup", "PUBLISH.", "PUBLISH.dup=x", "closes"}) {
    EXPECT_FALSE(parse_subject(bad)) << bad;
  }
}

TEST(about, what_the_catalogue_does_not_know_may_be_about_anything) {
  const statement_reference unknown{v5, "MQTT-9.9.9-9"};
  EXPECT_TRUE(can_accuse(unknown));
  EXPECT_TRUE(about_close(unknown));
  EXPECT_TRUE(about_coming(unknown, wire::packet_type::publish));
}

std::string errors_of(const std::string& line) {
  static const catalogue all = [] {
    catalogue c;
    for (const auto& [name, text] : catalogue_files()) c.add_statements(text);
    return c;
  }();
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("s.mqs",
            "scenario s\n  title    \"t\"\n  clients  c\n\n  step \"s\"\n    c > CONNECT "
            "client_id=\"{ns}\" clean_start=1\n    " +
                line + "\n");
  return render(check(files, all));
}

TEST(about, the_checker_refuses_what_cannot_be_broken_where_it_is_cited) {
  EXPECT_EQ(errors_of("c < CONNACK session_present=0   @MQTT-3.2.2-2"), "");
  EXPECT_NE(errors_of("c < CONNACK session_present=0   @MQTT-3.8.4-1").find("nothing to do"),
            std::string::npos);
  EXPECT_NE(errors_of("c < CONNACK session_present=1   @MQTT-3.2.2-2").find("nothing to do"),
            std::string::npos)
      << "it is about 1 where 0 is awaited";
  EXPECT_NE(errors_of("c < close   @MQTT-4.13.1-1 @MQTT-3.1.0-1").find("binds clients"),
            std::string::npos);
  EXPECT_NE(errors_of("c < PUBLISH topic=\"a\"   @v5-3.1.3.2.2-d").find("in a comment"),
            std::string::npos);
  EXPECT_EQ(errors_of("c < PUBLISH topic=\"a\"   @v5-3.1.3.2.2-d @v5-3.1.4-e"), "");
}

std::vector<feature> used_by(const std::string& lines) {
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("s.mqs", "scenario s\n  title    \"t\"\n  clients  c d\n\n  step \"s\"\n" + lines);
  expand_options options;
  options.run_tag = "t";
  return features_of(expand(files, options).scenarios.at(0));
}

TEST(features, follow_from_what_is_sent) {
  const std::string join = "    c > CONNECT client_id=\"{ns}-c\" clean_start=";
  EXPECT_EQ(used_by(join + "0\n    c < CONNACK\n"),
            std::vector{feature::begin_without_clean_start});
  const std::string subscribe = "    c > SUBSCRIBE id=1 filter=\"a\" max_qos=0\n";
  const std::string leave = "    c > DISCONNECT\n    c > shutdown\n";
  const std::string back = join + "0\n";
  EXPECT_EQ(used_by(back + subscribe + leave + back),
            (std::vector{feature::begin_without_clean_start, feature::resume}));
  EXPECT_EQ(used_by(join + "1\n" + subscribe + leave + back),
            (std::vector{feature::resume, feature::resume_of_clean_start}));
  EXPECT_EQ(used_by(back + leave + back),
            (std::vector{feature::begin_without_clean_start, feature::resume,
                         feature::resume_without_subscription}));
  EXPECT_EQ(used_by(back + subscribe + "    c > shutdown\n" + back),
            (std::vector{feature::begin_without_clean_start, feature::resume,
                         feature::resume_after_loss}));
  EXPECT_EQ(used_by(join + "1 will_topic=\"a\" will_payload=\"b\"\n"), std::vector{feature::wills});
  EXPECT_EQ(used_by(join + "1\n    c > PUBLISH id=1 topic=\"a\" qos=2\n"),
            std::vector{feature::qos2});
  EXPECT_EQ(used_by(join + "1\n    c > PUBLISH topic=\"a\" retain=1\n"),
            std::vector{feature::retained_messages});
  EXPECT_EQ(used_by(join + "1\n    c > SUBSCRIBE id=1 filter=\"$share/g/t\" max_qos=0\n"),
            std::vector{feature::shared_subscriptions});
}

}  // namespace
}  // namespace mqttspec::script
