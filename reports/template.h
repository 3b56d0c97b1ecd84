#pragma once
// Markup lives in reports/templates/ and is compiled into the program (harness/base/embed.cmake).
// This fills it in with mustache: {{name}} is escaped by `html_text`, {{{name}}} is for our own
// style and script only, {{>name_part}} is the file name.mustache.
//
//   render_template("page", fields)

#include <kainjow/mustache.hpp>
#include <map>
#include <string>
#include <string_view>

namespace mqttspec::reports {

using kainjow::mustache::data;
using kainjow::mustache::list;
using fields = kainjow::mustache::object;

// A text that counts as false when it is empty, so that {{#name}} tells whether there is one.
// Every name that a template uses must be set on each level: mustache looks a missing one up in the
// enclosing levels.
data text_or_none(std::string_view text);
data number(std::size_t n);

// All files of reports/templates, by name with extension.
const std::map<std::string_view, std::string_view>& template_files();

// reports/templates/|name|.mustache with |values|.
std::string render_template(std::string_view name, fields values);

}  // namespace mqttspec::reports
