#include "reports/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.h"

namespace mqttspec::reports {

data text_or_none(std::string_view text) {
  return text.empty() ? data(false) : data(std::string(text));
}

data number(std::size_t n) {
  return data(fmt::format("{}", n));
}

std::string render_template(std::string_view name, fields values) {
  constexpr std::string_view extension = ".mustache";
  for (const auto& [file, text] : template_files()) {
    if (!file.ends_with(extension)) {
      std::string key(file);  // "style_css": a dot in a name would mean a member
      std::replace(key.begin(), key.end(), '.', '_');
      values[key] = data(std::string(text));
      continue;
    }
    values[fmt::format("{}_part", file.substr(0, file.size() - extension.size()))] =
        data(kainjow::mustache::partial([content = std::string(text)] { return content; }));
  }
  const auto found = template_files().find(fmt::format("{}{}", name, extension));
  if (found == template_files().end()) return "";
  kainjow::mustache::mustache page{std::string(found->second)};
  page.set_custom_escape([](const std::string& text) { return html_text(text); });
  return page.render(data(std::move(values)));
}

}  // namespace mqttspec::reports
