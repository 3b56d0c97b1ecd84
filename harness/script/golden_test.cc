// Every message of the checker, pinned: golden/NAME.mqs has its diagnostics in NAME.expected.
// MQTTSPEC_UPDATE_GOLDEN=1 writes them anew.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "script/checker.h"

namespace mqttspec::script {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(MQTTSPEC_SOURCE_DIR) / "harness/script/golden";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A catalogue with what the golden files cite, so that they do not change with the real one.
catalogue small_catalogue() {
  catalogue c;
  EXPECT_TRUE(c.add_statements(R"([
    {"id": "MQTT-3.2.2-2", "version": "5", "summary": "s"},
    {"id": "MQTT-3.2.2-3", "version": "5", "summary": "s"},
    {"id": "MQTT-3.8.1-1", "version": "5", "summary": "s"},
    {"id": "MQTT-4.6.0-6", "version": "5", "summary": "s"},
    {"id": "v5-4.1-b", "version": "5", "summary": "s"}])"));
  EXPECT_TRUE(c.add_statements(R"([
    {"id": "MQTT-3.2.2-1", "version": "3.1.1", "summary": "s"},
    {"id": "MQTT-3.2.2-2", "version": "3.1.1", "summary": "s"},
    {"id": "MQTT-3.2.2-3", "version": "3.1.1", "summary": "s"},
    {"id": "MQTT-4.6.0-6", "version": "3.1.1", "summary": "s"}])"));
  EXPECT_TRUE(
      c.add_purposes(R"([{"id": "S-Q-01", "title": "t"}, {"id": "S-Q-05", "title": "t"}])"));
  return c;
}

std::string check_file(const fs::path& path) {
  const auto relative = [](const std::string& name) -> std::optional<std::string> {
    const fs::path whole = folder / name;
    if (!fs::is_regular_file(whole)) return std::nullopt;
    return read(whole);
  };
  file_set files(relative);
  files.add(path.filename().string(), read(path), ".");
  return render(check(files, small_catalogue()));
}

TEST(golden, every_file_has_exactly_the_expected_diagnostics) {
  const bool update = std::getenv("MQTTSPEC_UPDATE_GOLDEN") != nullptr;
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".mqs") continue;
    ++count;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string found = check_file(entry.path());
    fs::path expected = entry.path();
    expected.replace_extension(".expected");
    if (update) {
      std::ofstream(expected, std::ios::binary) << found;
      continue;
    }
    EXPECT_EQ(found, read(expected));
    const bool valid = entry.path().filename().string().starts_with("ok_");
    EXPECT_EQ(valid, found.empty()) << found;
  }
  EXPECT_GT(count, 10);
}

}  // namespace
}  // namespace mqttspec::script
