#include "script/library.h"

#include <gtest/gtest.h>

#include "script/catalogue.h"

namespace mqttspec::script {
namespace {

std::optional<std::string> shelf(const std::string& name) {
  if (name == "cases/lib/a.mqs") {
    return "import \"lib/b.mqs\"\n\ndef a(c)\n  do b(c)\n";
  }
  if (name == "cases/lib/b.mqs") return "def b(c)\n  c < PINGRESP\n";
  if (name == "cases/lib/round.mqs")
    return "import \"lib/round.mqs\"\n\ndef r(c)\n  c < PINGRESP\n";
  return std::nullopt;
}

TEST(library, imports_give_the_defs_of_a_file_but_not_of_its_imports) {
  file_set files(shelf);
  files.add("cases/x/y.mqs", "import \"lib/a.mqs\"\n", "cases");
  ASSERT_EQ(files.files().size(), 3u);
  const script_file& file = *files.files().back();
  EXPECT_EQ(file.path, "x/y");
  EXPECT_TRUE(file.defs.contains("a"));
  EXPECT_FALSE(file.defs.contains("b"));
  EXPECT_TRUE(file.defs.find("a")->second.file->defs.contains("b"));
  EXPECT_TRUE(files.files().front()->imported);
  EXPECT_TRUE(files.files().front()->library);
}

TEST(library, a_file_that_imports_itself_is_told_so) {
  file_set files(shelf);
  files.add("cases/x.mqs", "import \"lib/round.mqs\"\n", "cases");
  const script_file& round = *files.files().front();
  ASSERT_EQ(round.problems.size(), 1u);
  EXPECT_EQ(round.problems[0].message, "'lib/round.mqs' imports itself");
}

TEST(library, a_file_outside_of_the_cases_is_known_by_its_stem) {
  file_set files(shelf);
  files.add("/tmp/elsewhere/mine.mqs", "", "cases");
  EXPECT_EQ(files.files().front()->path, "mine");
}

TEST(library, a_file_that_cannot_be_read_is_a_problem) {
  file_set files(shelf);
  files.load({"no/such/file.mqs"});
  ASSERT_EQ(files.problems().size(), 1u);
  EXPECT_EQ(files.problems()[0].message, "cannot read 'no/such/file.mqs'");
}

TEST(catalogue, finds_a_statement_by_version_and_id) {
  catalogue c;
  ASSERT_TRUE(c.add_statements(
      R"([{"id": "MQTT-3.2.2-3", "version": "5", "summary": "five", "level": "MUST"},
          {"id": "MQTT-3.2.2-3", "version": "3.1.1", "summary": "three"}])"));
  EXPECT_EQ(c.find(wire::protocol_version::v5, "MQTT-3.2.2-3")->summary, "five");
  EXPECT_EQ(c.find(wire::protocol_version::v311, "MQTT-3.2.2-3")->summary, "three");
  EXPECT_EQ(c.find(wire::protocol_version::v5, "MQTT-3.2.2-4"), nullptr);
  EXPECT_EQ(c.near(wire::protocol_version::v5, "MQTT-3.2.2-4").size(), 1u);
}

TEST(catalogue, refuses_what_is_not_a_list_of_entries) {
  for (const char* text : {"", "{}", "[1]", "[{}]", "[{\"id\": 3}]", "[",
                           R"([{"id": "MQTT-1.1.1-1", "version": "4"}])"}) {
    EXPECT_FALSE(catalogue().add_statements(text)) << text;
  }
}

TEST(catalogue, knows_the_forms_of_ids) {
  for (const char* id : {"MQTT-3.2.2-3", "v5-4.1-b", "v311-3.1.2.4-b"}) {
    EXPECT_TRUE(is_statement_id(id)) << id;
  }
  for (const char* id :
       {"", "MQTT", "MQTT-3", "MQTT--1", "MQTT-3.-1", "MQTT-3.2.2-b", "v6-1.1-a"}) {
    EXPECT_FALSE(is_statement_id(id)) << id;
  }
  EXPECT_TRUE(is_purpose_id("S-CS-01"));
  for (const char* id : {"", "S-", "S--1", "S-CS", "S-CS-", "S-cs-1", "CS-01"}) {
    EXPECT_FALSE(is_purpose_id(id)) << id;
  }
}

}  // namespace
}  // namespace mqttspec::script
