#include "reports/badge.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/template.h"

namespace mqttspec::reports {

namespace {

// Tenths of a pixel that |text| takes in 11 px Verdana, roughly; drawn with textLength, so that
// every font fills exactly this.
std::size_t width_of(const std::string& text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return static_cast<std::size_t>(characters) * 66;
}

}  // namespace

badge make_badge(const results::run_results& run, const catalogue& statements) {
  badge b;
  std::vector<std::string> versions;
  for (const std::string& v : run.target.versions) {
    if (v == "5" || v == "3.1.1") versions.push_back(v);
  }
  b.label = versions.empty() ? "MQTT" : fmt::format("MQTT {}", fmt::join(versions, " + "));
  const digest d = make_digest(run, statements);
  const judgement_text t = judge(run, d);
  std::size_t violated = 0;
  std::size_t checked = 0;
  for (const version_counts& v : d.versions) {
    violated += v.violated;
    checked += v.checked;
  }
  if (!run.void_reason.empty()) {
    b.message = "void";
  } else if (t.is == tone::bad) {
    b.message = violated != 0 ? fmt::format("{} violated", counted(violated, "statement"))
                              : counted(results::count(run).fail, "failure");
  } else if (t.is == tone::good) {
    b.message = checked != 0 ? fmt::format("{} checked", counted(checked, "statement"))
                             : counted(results::count(run).pass, "case");
  } else {
    b.message = "not judged";
  }
  b.colour = t.is == tone::good ? "#2e7d32" : t.is == tone::bad ? "#b01020" : "#6a6f76";
  return b;
}

std::string to_svg(const badge& b) {
  constexpr std::size_t padding = 60;
  const std::string label = visible_line(b.label);
  const std::string message = visible_line(b.message);
  const std::size_t label_text = width_of(label);
  const std::size_t message_text = width_of(message);
  const std::size_t left = label_text + 2 * padding;
  const std::size_t right = message_text + 2 * padding;
  const auto pixels = [](std::size_t tenths) {
    return data(fmt::format("{:.1f}", static_cast<double>(tenths) / 10));
  };
  fields f;
  f["label"] = data(label);
  f["message"] = data(message);
  f["colour"] = data(b.colour);
  f["width"] = pixels(left + right);
  f["left"] = pixels(left);
  f["right"] = pixels(right);
  f["label_x"] = pixels(padding);
  f["label_width"] = pixels(label_text);
  f["message_x"] = pixels(left + padding);
  f["message_width"] = pixels(message_text);
  return render_template("badge", std::move(f));
}

std::string to_shields_json(const badge& b) {
  const nlohmann::ordered_json out = {{"schemaVersion", 1},
                                      {"label", visible_line(b.label)},
                                      {"message", visible_line(b.message)},
                                      {"color", b.colour}};
  return out.dump(2) + "\n";
}

}  // namespace mqttspec::reports
