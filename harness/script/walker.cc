// Variables, clients and problems of a walk; what its lines do is in walk_lines.cc, walk_calls.cc,
// walk_packet.cc and walk_edits.cc.

#include "script/walker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/instant.h"
#include "base/spelling.h"

namespace mqttspec::script {

walker::walker(const script_file& file, const walk_settings& settings, budget& spent,
               problem_list& problems)
    : settings_(settings), budget_(spent), problems_(problems) {
  frames_.emplace_back();
  frames_.back().file = &file;
}

void walker::define(std::string name, resolved value) {
  frames_.front().variables.insert_or_assign(std::move(name), std::move(value));
}

void walker::declare_client(const std::string& name, wire::protocol_version version, bool fixed) {
  clients_[name] = {name, version, fixed};
}

bool walker::define_from(const word& name, const value_node& node) {
  auto v = value(node);
  const bool good = v.has_value();
  if (!good) {
    // What follows should not complain about it again.
    v.emplace();
    v->kind = shape::unknown;
    v->name = name.text;
  }
  define(name.text, std::move(*v));
  return good;
}

bool walker::parameter_used(const std::string& name) const {
  return frames_.front().used.contains(name);
}

// ---- values

const resolved* walker::lookup(std::string_view name) {
  frame& f = top();
  const auto found = f.variables.find(name);
  if (found == f.variables.end()) return nullptr;
  f.used.insert(std::string(name));
  if (settings_.examined != nullptr && frames_.size() == 1) {
    settings_.examined->used_variables.insert(std::string(name));
  }
  return &found->second;
}

namespace {

// Where `{name}` stands in |where|; |where| when it is not found.
place inside(const source_text& source, const place& where, const std::string& name) {
  const std::string_view text = source.line(where.line);
  const std::size_t begin = where.column - 1;
  if (begin > text.size()) return where;
  const std::size_t found = text.substr(begin, where.length).find("{" + name + "}");
  if (found == std::string_view::npos) return where;
  return {where.line, static_cast<std::uint32_t>(where.column + found),
          static_cast<std::uint32_t>(name.size() + 2)};
}

// The line at or behind |line| that captures |name|, or one in front of it that was broken; nullptr
// when there is none.
const source_line* line_of_capture(const file_node& file, std::uint32_t line,
                                   const std::string& name) {
  for (const source_line& l : file.lines) {
    if (l.number < line && !l.broken) continue;
    for (std::size_t i = 0; i + 1 < l.tokens.size(); ++i) {
      if (l.tokens[i].text == "as" && l.tokens[i + 1].text == name) return &l;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<resolved> walker::value(const value_node& node) {
  resolve_error problem;
  auto v = resolve(node, [this](std::string_view name) { return lookup(name); }, problem);
  if (v) return v;
  const place where = inside(source(), node.where, problem.variable);
  switch (problem.why) {
    case resolve_error::reason::unknown_variable: {
      const source_line* line =
          line_of_capture(top().file->tree, node.where.line, problem.variable);
      if (line != nullptr && line->number < node.where.line) break;  // reported at that line
      if (line != nullptr) {
        error(where, {fmt::format("'{}' is used before it is captured", problem.variable),
                      "has no value yet", fmt::format("line {} captures it", line->number)});
        break;
      }
      std::vector<std::string_view> names;
      for (const auto& [name, value] : top().variables) names.emplace_back(name);
      error(where, {fmt::format("unknown variable '{}'", problem.variable), "unknown variable",
                    suggest(problem.variable, names)});
      break;
    }
    case resolve_error::reason::not_text:
      error(where, {fmt::format("'{}' is a list and cannot stand inside of text", problem.variable),
                    "not text", ""});
      break;
    case resolve_error::reason::too_long:
      error(node.where,
            {fmt::format("the text is longer than {} octets", longest_text), "too long", ""});
      break;
    case resolve_error::reason::nested_list:
      error(node.where, {"a list inside a list", "not possible here", ""});
      break;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> walker::number(const value_node& node) {
  const auto v = value(node);
  if (!v || v->kind == shape::unknown) return std::nullopt;
  if (v->kind == shape::number) return v->number;
  if (v->kind == shape::open) {
    error(node.where, {"a captured value cannot stand here", "known too late",
                       "only literals and constants are known before the run"});
  } else {
    error(node.where,
          {fmt::format("expected a number, not {}", shape_name(v->kind)), "expected a number", ""});
  }
  return std::nullopt;
}

std::optional<duration> walker::length(const value_node& node) {
  const auto v = value(node);
  if (!v || v->kind == shape::unknown) return std::nullopt;
  if (v->kind == shape::duration && v->length <= longest_duration) return v->length;
  if (v->kind == shape::duration) {
    error(node.where, {fmt::format("{} is longer than a day", print_duration(v->length)),
                       "nobody waits for that", ""});
    return std::nullopt;
  }
  error(node.where, {fmt::format("expected a duration, not {}", shape_name(v->kind)),
                     "expected a duration", "write 2s, 300ms, 80us or 1m"});
  return std::nullopt;
}

std::string walker::own_name(const frame& f, const std::string& name) const {
  return f.def == nullptr ? name : f.def->name.text + "." + name;
}

// A parameter that is a bare word names a variable of the caller: a def can hand out a value.
std::string walker::capture(std::size_t index, const std::string& name, const word& written) {
  frame& f = frames_[index];
  f.used.insert(name);
  std::string actual = own_name(f, name);
  const auto argument = f.arguments.find(name);
  if (argument != f.arguments.end()) {
    if (argument->second.kind == shape::unknown) {
      actual = name;
    } else if (argument->second.kind == shape::name && index > 0) {
      actual = capture(index - 1, argument->second.name, written);
    } else {
      error(written.where, {fmt::format("parameter '{}' must be the name of a variable", name),
                            fmt::format("got {}", shape_name(argument->second.kind)), ""});
    }
  } else {
    const auto known = f.variables.find(name);
    if (known != f.variables.end() && known->second.kind != shape::open) {
      error(written.where, {fmt::format("'{}' has a value already", name), "cannot be captured",
                            "give the captured value another name"});
      return actual;
    }
  }
  f.variables.insert_or_assign(name, resolved::of_open(actual));
  return actual;
}

// ---- problems

void walker::error(const place& where, complaint what) {
  if (trial_) {
    trial_failed_ = true;
    return;
  }
  if (frames_.size() == 1) return problems_.error(source(), where, std::move(what));
  // In a def: told where it is called, unless it is wrong for every caller and told there.
  const location here{source().name(), where.line, where.column};
  if (settings_.examined != nullptr && settings_.examined->known.contains({here, what.message})) {
    return;
  }
  const call_node& call = *frames_[1].call;
  problems_.error(
      *frames_[0].file->tree.source, call.where,
      {fmt::format("def '{}' cannot be used like this: {}", call.name.text, what.message),
       "called here",
       fmt::format("it is {}:{}{}{}", source().name(), where.line, what.help.empty() ? "" : "; ",
                   what.help)});
}

void walker::version_error(const place& where, complaint what, bool guarded) {
  if (abstract_ && !guarded) return;
  error(where, std::move(what));
}

}  // namespace mqttspec::script
