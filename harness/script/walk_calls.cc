// Loops, calls of defs, and the names that lines give to values and points in time.

#include <fmt/format.h>

#include <utility>

#include "base/spelling.h"
#include "script/walker.h"

namespace mqttspec::script {

void walker::loop(const loop_node& n, bool guarded) {
  const auto first = number(n.range.first);
  const auto last = number(n.range.last);
  const std::string& name = n.variable.text;
  if (top().variables.contains(name)) {
    error(n.variable.where, {fmt::format("'{}' has a value already", name), "second meaning",
                             "give the loop's variable another name"});
    return;
  }
  if (!first || !last) {
    // Unknown limits: the lines are looked at once.
    resolved unknown;
    unknown.kind = shape::unknown;
    unknown.name = name;
    top().variables[name] = unknown;
    lines(n.body, guarded);
    top().variables.erase(name);
    return;
  }
  if (*first > *last) {
    error(n.range.where, {"the range is empty", "the first is larger than the last", ""});
    return;
  }
  if (*last - *first >= most_iterations) {
    error(n.range.where,
          {fmt::format("a loop of more than {} rounds", most_iterations), "too many", ""});
    return;
  }
  const std::uint64_t count = *last - *first + 1;
  if (keep_loop(n, *first, *last, guarded)) return;
  const bool skips = settings_.examined != nullptr && count > 2;
  const double weight = weight_;
  if (skips) weight_ *= static_cast<double>(count) / 2.0;
  loops_.emplace_back(name, *first);
  for (std::uint64_t round = 0; round < count && !over_budget_;) {
    loops_.back().second = *first + round;
    top().variables.insert_or_assign(name, resolved::of_number(*first + round));
    lines(n.body, guarded);
    round = skips && round == 0 ? count - 1 : round + 1;
  }
  loops_.pop_back();
  weight_ = weight;
  top().variables.erase(name);
}

// Tries to walk the lines once with the variable open. What needs its value on the way (a nested
// range, a duration, an edit) makes that fail, and the loop is written out instead.
bool walker::keep_loop(const loop_node& n, std::uint64_t first, std::uint64_t last, bool guarded) {
  constexpr std::uint64_t written_out = 8;
  if (out_ == nullptr || settings_.examined != nullptr || last - first < written_out) return false;
  const std::size_t begin = out_->lines.size();
  const std::string variable = own_name(top(), n.variable.text);
  const budget spent = budget_;
  const environment before = top().variables;
  const double weight = weight_;
  const bool outer_trial = std::exchange(trial_, true);
  const bool outer_failed = std::exchange(trial_failed_, false);

  instruction marker;
  marker.what = loop_begin{variable, first, last, 0};
  marker.where = source().span(n.variable.where);
  marker.step = step_;
  out_->lines.push_back(marker);
  weight_ *= static_cast<double>(last - first + 1);
  top().variables.insert_or_assign(n.variable.text, resolved::of_open(variable));
  lines(n.body, guarded);
  const bool kept = !trial_failed_;
  trial_ = outer_trial;
  trial_failed_ = outer_failed;
  weight_ = weight;
  if (!kept) {
    out_->lines.resize(begin);
    budget_ = spent;
    top().variables = before;
    return false;
  }
  top().variables.erase(n.variable.text);
  std::get<loop_begin>(out_->lines[begin].what).end =
      static_cast<std::uint32_t>(out_->lines.size());
  marker.what = loop_end{static_cast<std::uint32_t>(begin)};
  out_->lines.push_back(std::move(marker));
  return true;
}

void walker::call(const call_node& c, bool guarded) {
  const auto& defs = top().file->defs;
  const auto found = defs.find(c.name.text);
  if (found == defs.end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, def] : defs) names.emplace_back(name);
    error(c.name.where,
          {fmt::format("there is no def '{}'", c.name.text), "unknown def",
           names.empty() ? "import the library file that has it" : suggest(c.name.text, names)});
    return;
  }
  const def_node& def = *found->second.def;
  if (def.plays != settings_.plays) {
    error(c.name.where, {fmt::format("def '{}' plays the {}", c.name.text,
                                     def.plays == side::server ? "server" : "client"),
                         "its arrows are the other way round", "say in both: plays server"});
    return;
  }
  for (const frame& f : frames_) {
    if (f.def != &def) continue;
    error(c.name.where,
          {fmt::format("def '{}' calls itself", c.name.text), "recursion", "use a loop"});
    return;
  }
  if (c.arguments.size() != def.parameters.size()) {
    std::string parameters;
    for (const word& p : def.parameters) {
      if (!parameters.empty()) parameters += ", ";
      parameters += p.text;
    }
    error(c.where,
          {fmt::format("def '{}' takes {} argument{}, not {}", c.name.text, def.parameters.size(),
                       def.parameters.size() == 1 ? "" : "s", c.arguments.size()),
           "wrong number of arguments", fmt::format("def {}({})", c.name.text, parameters)});
    return;
  }
  if (frames_.size() >= deepest_nesting) {
    error(c.name.where, {"defs call each other too deeply", "here", ""});
    return;
  }
  budget_.lines -= 5;  // a call costs more than a line
  frame inner;
  inner.file = found->second.file;
  inner.def = &def;
  inner.call = &c;
  for (const char* name : {"ns", "version", "port"}) {
    const auto& predefined = frames_.front().variables;
    const auto value = predefined.find(name);
    if (value != predefined.end()) inner.variables.insert(*value);
  }
  for (std::size_t i = 0; i < c.arguments.size(); ++i) {
    const value_node& node = c.arguments[i];
    // A bare word that is a parameter here is that parameter's argument, so that clients can be
    // handed on.
    std::optional<resolved> argument;
    resolved as_written;
    as_written.kind = shape::name;
    as_written.name = node.name;
    const auto own =
        node.kind == value_kind::name ? top().arguments.find(node.name) : top().arguments.end();
    if (own != top().arguments.end()) {
      top().used.insert(node.name);
      const auto meaning = top().variables.find(node.name);
      argument = meaning == top().variables.end() ? own->second : meaning->second;
    } else {
      argument = value(node);
      if (argument) as_written = *argument;
    }
    if (!argument) return;
    if (node.kind == value_kind::name && clients_.contains(node.name) &&
        settings_.examined != nullptr && frames_.size() == 1) {
      settings_.examined->used_clients.insert(node.name);
    }
    inner.arguments.insert_or_assign(def.parameters[i].text, std::move(as_written));
    inner.variables.insert_or_assign(def.parameters[i].text, std::move(*argument));
  }
  frames_.push_back(std::move(inner));
  lines(def.lines, guarded);
  frames_.pop_back();
}

void walker::let(const line_node& l, const let_node& n) {
  frame& f = top();
  const std::string& name = n.name.text;
  const auto [earlier, added] = f.lets.try_emplace(name, n.name.where);
  const bool again = !added && earlier->second == n.name.where;  // the next round of a loop
  if (!again && (f.variables.contains(name) || !added)) {
    error(n.name.where,
          {fmt::format("'{}' has a value already", name), "second one", "give it another name"});
    return;
  }
  auto v = value(n.value);
  if (!v) {
    // What follows should not complain about it again.
    resolved unknown;
    unknown.kind = shape::unknown;
    unknown.name = name;
    f.variables.insert_or_assign(name, unknown);
    return;
  }
  if (v->closed() || v->kind == shape::unknown) {
    f.variables.insert_or_assign(name, std::move(*v));
    return;
  }
  const std::string actual = own_name(f, name);
  f.variables.insert_or_assign(name, resolved::of_open(actual));
  emit(l, let_line{actual, to_expression(*v)});
}

std::string walker::mark_name(std::size_t index, const std::string& name, bool define_it,
                              const word& written) {
  frame& f = frames_[index];
  const auto argument = f.arguments.find(name);
  if (argument != f.arguments.end()) {
    f.used.insert(name);
    if (argument->second.kind == shape::unknown) return name;
    if (argument->second.kind == shape::name && index > 0) {
      return mark_name(index - 1, argument->second.name, define_it, written);
    }
  }
  if (define_it) {
    f.marks.insert(name);
  } else if (!f.marks.contains(name)) {
    std::vector<std::string_view> names(f.marks.begin(), f.marks.end());
    error(written.where,
          {fmt::format("unknown mark '{}'", name), "not set before this line",
           names.empty() ? fmt::format("set it with: mark {}", name) : suggest(name, names)});
  }
  return own_name(f, name);
}

}  // namespace mqttspec::script
