#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/utf8.h"
#include "results/example.h"
#include "results/results.h"

namespace mqttspec::results {
namespace {

using nlohmann::json;

TEST(results_json, findings_of_trace_rules_are_kept) {
  run_results r = example_run();
  r.cases[0].findings = {{"connack-comes-once",
                          "a second CONNACK came",
                          "c",
                          std::chrono::milliseconds(3),
                          {{"v5", "MQTT-3.2.0-2", "one CONNACK", check_outcome::violated}}}};
  const auto back = from_json(to_json(r));
  ASSERT_TRUE(back) << back.error();
  ASSERT_EQ(back->cases[0].findings.size(), 1u);
  EXPECT_EQ(back->cases[0].findings[0].rule, "connack-comes-once");
  EXPECT_EQ(back->cases[0].findings[0].at, std::chrono::milliseconds(3));
  EXPECT_EQ(back->cases[0].findings[0].statements[0].id, "MQTT-3.2.0-2");
  EXPECT_EQ(to_json(*back), to_json(r));
}

TEST(results_json, round_trip_keeps_every_field) {
  const std::string once = to_json(example_run());
  const auto back = from_json(once);
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(to_json(*back), once);
  EXPECT_EQ(back->cases.size(), example_run().cases.size());
  EXPECT_EQ(back->cases[6].fault->where.column, 37u);
  EXPECT_EQ(back->cases[6].packets[3].at, std::chrono::milliseconds(2));
}

TEST(results_json, durations_are_whole_microseconds) {
  const json j = json::parse(to_json(example_run()));
  EXPECT_EQ(j["took_us"], 1500000);
  EXPECT_EQ(j["cases"][6]["trace"][0]["at_us"], 500);
}

TEST(results_json, key_order_is_the_same_every_time) {
  const std::string text = to_json(example_run());
  EXPECT_LT(text.find("\"format\""), text.find("\"target\""));
  EXPECT_LT(text.find("\"target\""), text.find("\"cases\""));
  EXPECT_EQ(text, to_json(example_run()));
}

TEST(results_json, ill_formed_text_is_replaced_and_never_throws) {
  run_results r = example_run();
  for (const std::string& hostile :
       {std::string("\xff\xfe"), std::string("\xc3"), std::string("a\0b", 3),
        std::string("\xed\xa0\x80"), std::string("\x1b[31m"), std::string("\xf4\x90\x80\x80")}) {
    r.cases[0].reason = hostile;
    r.cases[6].packets[0].text = hostile;
    r.target.learned["x"] = hostile;
    const std::string text = to_json(r);
    EXPECT_EQ(check_utf8(text).fault, utf8_fault::none);
    EXPECT_TRUE(from_json(text));
  }
}

TEST(results_json, what_is_not_a_results_file_is_refused_with_the_place) {
  const auto error_of = [](std::string_view text) {
    const auto r = from_json(text);
    return r ? std::string("accepted") : r.error();
  };
  EXPECT_EQ(error_of(""), "not a JSON document");
  EXPECT_EQ(error_of("{"), "not a JSON document");
  EXPECT_EQ(error_of("[]"), "not a results file: 'format' or 'cases' is missing");
  EXPECT_EQ(error_of(R"({"format":1,"cases":{}})"), "cases: expected an array");
  EXPECT_EQ(error_of(R"({"format":1,"cases":[{"id":7}]})"), "cases[0].id: expected a string");
  EXPECT_EQ(error_of(R"({"format":1,"cases":[{"line":-1}]})"),
            "cases[0].line: expected a whole number");
  EXPECT_EQ(error_of(R"({"format":1,"cases":[{"line":4294967296}]})"),
            "cases[0].line: expected a smaller number");
  EXPECT_EQ(error_of(R"({"format":1,"cases":[{"took_us":9223372036854775807}]})"),
            "cases[0].took_us: expected a smaller number");
  EXPECT_EQ(error_of(R"({"format":1,"cases":[{"took_us":18446744073709551615}]})"),
            "cases[0].took_us: expected a smaller number");
  EXPECT_EQ(error_of(R"({"format":1,"cases":[{"outcome":"maybe"}]})"),
            "cases[0].outcome: expected one of pass, pass-note, fail, skip, inconclusive, error");
  EXPECT_EQ(error_of(R"({"format":2,"cases":[]})"),
            "written by a newer mqttspec: format 2, this one reads 1");
}

TEST(results_json, deep_nesting_is_refused_without_exhausting_the_stack) {
  EXPECT_FALSE(from_json(std::string(200000, '[')));
  EXPECT_FALSE(from_json(R"({"format":1,"cases":)" + std::string(200000, '[') +
                         std::string(200000, ']') + "}"));
}

TEST(results_totals, counts_each_verdict_and_the_unexpected) {
  const totals t = count(example_run());
  EXPECT_EQ(t.pass, 3u);
  EXPECT_EQ(t.pass_note, 1u);
  EXPECT_EQ(t.fail, 2u);
  EXPECT_EQ(t.skip, 1u);
  EXPECT_EQ(t.inconclusive, 1u);
  EXPECT_EQ(t.error, 1u);
  EXPECT_EQ(t.unexpected, 3u);
}

// The part of JSON Schema 2020-12 that the schema uses. Every keyword that it does not know is a
// failure, so that the schema cannot grow past the check.
class schema_check {
 public:
  explicit schema_check(const json& root) : root_(root) {}
  std::vector<std::string> faults;

  void check(const json& schema, const json& value, const std::string& path) {
    for (const auto& [key, rule] : schema.items()) {
      if (key == "$ref") {
        check(root_.at(json::json_pointer(rule.get<std::string>().substr(1))), value, path);
      } else if (key == "type") {
        if (!has_type(value, rule)) faults.push_back(path + ": not a " + rule.dump());
      } else if (key == "required") {
        for (const json& name : rule) {
          if (!value.contains(name)) faults.push_back(path + ": no " + name.get<std::string>());
        }
      } else if (key == "properties") {
        for (const auto& [name, inner] : value.items()) {
          if (rule.contains(name)) check(rule[name], inner, path + "/" + name);
        }
      } else if (key == "additionalProperties") {
        for (const auto& [name, inner] : value.items()) {
          if (schema.contains("properties") && schema["properties"].contains(name)) continue;
          if (rule == false) faults.push_back(path + ": unknown key " + name);
          if (rule.is_object()) check(rule, inner, path + "/" + name);
        }
      } else if (key == "items") {
        for (const json& one : value) check(rule, one, path + "/*");
      } else if (key == "enum") {
        if (std::find(rule.begin(), rule.end(), value) == rule.end()) {
          faults.push_back(path + ": " + value.dump() + " is not in the enum");
        }
      } else if (key == "const") {
        if (value != rule) faults.push_back(path + ": is not " + rule.dump());
      } else if (key == "minimum") {
        if (value.is_number() && value < rule) faults.push_back(path + ": too small");
      } else if (key == "anyOf") {
        bool any = false;
        for (const json& option : rule) {
          schema_check inner(root_);
          inner.check(option, value, path);
          any = any || inner.faults.empty();
        }
        if (!any) faults.push_back(path + ": matches none of anyOf");
      } else if (key != "$schema" && key != "$id" && key != "title" && key != "description" &&
                 key != "$defs") {
        faults.push_back("keyword not checked: " + key);
      }
    }
  }

 private:
  static bool has_type(const json& v, const std::string& type) {
    if (type == "object") return v.is_object();
    if (type == "array") return v.is_array();
    if (type == "string") return v.is_string();
    if (type == "integer") return v.is_number_integer();
    if (type == "boolean") return v.is_boolean();
    return type == "null" && v.is_null();
  }
  const json& root_;
};

json load_schema() {
  std::ifstream file(MQTTSPEC_SOURCE_DIR "/reports/results.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

TEST(results_schema, describes_exactly_what_is_written) {
  const json schema = load_schema();
  schema_check check(schema);
  const json full = json::parse(to_json(example_run()));
  check.check(schema, full, "");
  EXPECT_EQ(check.faults, std::vector<std::string>{});

  // And nothing that is not written: every property of the schema occurs in the example.
  for (const auto& [name, rule] : schema["properties"].items()) {
    EXPECT_TRUE(full.contains(name)) << name;
  }
  for (const auto& [name, rule] : schema["$defs"]["case"]["properties"].items()) {
    EXPECT_TRUE(full["cases"][0].contains(name)) << name;
  }
}

TEST(results_schema, findings_of_the_run_are_kept_and_described) {
  run_results r = example_run();
  r.verb = "explore model";
  r.notes = {"9 histories"};
  run_finding f;
  f.id = "explore/model/MQTT-4.5.0-1/a-message-does-not-come[v5]";
  f.kind = "model";
  f.version = "5";
  f.title = "a message does not come";
  f.statements = {{"v5", "MQTT-4.5.0-1", "it comes", check_outcome::violated}};
  f.times = 7;
  f.seen_in = {"history 3"};
  f.history = "a connect v5\n";
  f.packets = r.cases[6].packets;
  r.findings = {f};
  const auto back = from_json(to_json(r));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(to_json(*back), to_json(r));
  EXPECT_EQ(back->verb, "explore model");
  EXPECT_EQ(back->findings[0].packets.size(), 5u);
  const json schema = load_schema();
  schema_check check(schema);
  check.check(schema, json::parse(to_json(r)), "");
  EXPECT_EQ(check.faults, std::vector<std::string>{});
}

TEST(results_schema, refuses_a_wrong_document) {
  const json schema = load_schema();
  json wrong = json::parse(to_json(example_run()));
  wrong["cases"][0]["outcome"] = "perhaps";
  wrong["surprise"] = 1;
  wrong.erase("target");
  schema_check check(schema);
  check.check(schema, wrong, "");
  EXPECT_EQ(check.faults.size(), 3u);
}

}  // namespace
}  // namespace mqttspec::results
