#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "results/causes.h"
#include "results/fields.h"
#include "results/results.h"

namespace mqttspec::results {

namespace {

using json = nlohmann::ordered_json;  // keys stay in the order of fields.h

constexpr std::array<std::string_view, 6> verdicts = {"pass", "pass-note",    "fail",
                                                      "skip", "inconclusive", "error"};
constexpr std::array<std::string_view, 3> check_outcomes = {"checked", "violated", "inconclusive"};
constexpr std::array<std::string_view, 3> directions = {"sent", "received", "event"};

template <class E>
constexpr auto& names_of() {
  if constexpr (std::is_same_v<E, verdict>) {
    return verdicts;
  } else if constexpr (std::is_same_v<E, check_outcome>) {
    return check_outcomes;
  } else {
    return directions;
  }
}

template <class T>
concept record = requires(T& t, std::nullptr_t& v) {
  requires std::is_class_v<T>;
  requires std::is_same_v<T, statement_check> || std::is_same_v<T, trace_line> ||
               std::is_same_v<T, source_span> || std::is_same_v<T, deviation> ||
               std::is_same_v<T, failure> || std::is_same_v<T, finding> ||
               std::is_same_v<T, case_result> || std::is_same_v<T, run_finding> ||
               std::is_same_v<T, target_facts> || std::is_same_v<T, broker_process> ||
               std::is_same_v<T, measured_fact> || std::is_same_v<T, measured_window> ||
               std::is_same_v<T, session_profile> || std::is_same_v<T, run_results>;
};

class writer {
 public:
  template <class T>
  void operator()(const char* key, const T& member) {
    value_[key] = write(member);
  }

  template <record T>
  static json write(const T& r) {
    writer w;
    w.value_ = json::object();
    fields(w, const_cast<T&>(r));  // the list of fields serves the reader too; nothing is changed
    return std::move(w.value_);
  }
  static json write(const std::string& s) { return s; }
  static json write(bool b) { return b; }
  static json write(int n) { return n; }
  static json write(std::uint32_t n) { return n; }
  static json write(std::uint64_t n) { return n; }
  static json write(duration d) {
    return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  }
  static json write(const std::map<std::string, std::string>& m) {
    json out = json::object();
    for (const auto& [k, v] : m) out[k] = v;
    return out;
  }
  template <class E>
    requires std::is_enum_v<E>
  static json write(E e) {
    return std::string(names_of<E>()[static_cast<std::size_t>(e)]);
  }
  template <class T>
  static json write(const std::vector<T>& list) {
    json out = json::array();
    for (const T& one : list) out.push_back(write(one));
    return out;
  }
  template <class T>
  static json write(const std::optional<T>& maybe) {
    return maybe ? write(*maybe) : json(nullptr);
  }

 private:
  json value_;
};

// Keeps the first error, with the path of what is wrong: "cases[3].took_us".
class reader {
 public:
  reader(const json& from, std::string path, std::string& error)
      : from_(from), path_(std::move(path)), error_(error) {}

  // A missing key keeps the member's default: older files lack newer fields.
  template <class T>
  void operator()(const char* key, T& member) {
    const auto found = from_.find(key);
    if (found == from_.end()) return;
    read(*found, path_.empty() ? key : path_ + "." + key, member);
  }

  template <record T>
  void read(const json& j, const std::string& path, T& into) {
    if (!j.is_object()) return fail(path, "an object");
    reader inner(j, path, error_);
    fields(inner, into);
  }
  void read(const json& j, const std::string& path, std::string& into) {
    if (!j.is_string()) return fail(path, "a string");
    into = j.get<std::string>();
  }
  void read(const json& j, const std::string& path, bool& into) {
    if (!j.is_boolean()) return fail(path, "true or false");
    into = j.get<bool>();
  }
  template <class N>
    requires(std::is_integral_v<N> && !std::is_same_v<N, bool>)
  void read(const json& j, const std::string& path, N& into) {
    if (!j.is_number_unsigned()) return fail(path, "a whole number");
    const auto n = j.get<std::uint64_t>();
    if (n > static_cast<std::uint64_t>(std::numeric_limits<N>::max())) {
      return fail(path, "a smaller number");
    }
    into = static_cast<N>(n);
  }
  void read(const json& j, const std::string& path, duration& into) {
    if (!j.is_number_integer()) return fail(path, "a whole number of microseconds");
    const auto us = j.get<std::int64_t>();
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 1000;
    if ((j.is_number_unsigned() && j.get<std::uint64_t>() > limit) || us < -limit) {
      return fail(path, "a smaller number");
    }
    into = std::chrono::microseconds(us);
  }
  void read(const json& j, const std::string& path, std::map<std::string, std::string>& into) {
    if (!j.is_object()) return fail(path, "an object");
    for (const auto& [k, v] : j.items()) read(v, path + "." + k, into[k]);
  }
  template <class E>
    requires std::is_enum_v<E>
  void read(const json& j, const std::string& path, E& into) {
    const auto& names = names_of<E>();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (j.is_string() && j.get_ref<const std::string&>() == names[i]) {
        into = static_cast<E>(i);
        return;
      }
    }
    fail(path, fmt::format("one of {}", fmt::join(names, ", ")));
  }
  template <class T>
  void read(const json& j, const std::string& path, std::vector<T>& into) {
    if (!j.is_array()) return fail(path, "an array");
    into.resize(j.size());
    for (std::size_t i = 0; i < j.size(); ++i) read(j[i], fmt::format("{}[{}]", path, i), into[i]);
  }
  template <class T>
  void read(const json& j, const std::string& path, std::optional<T>& into) {
    if (j.is_null()) return;
    read(j, path, into.emplace());
  }

 private:
  void fail(const std::string& path, std::string_view wanted) {
    if (error_.empty()) error_ = fmt::format("{}: expected {}", path, wanted);
  }

  const json& from_;
  std::string path_;
  std::string& error_;
};

constexpr int newest_format = 1;

// Made of the rest, and never read back.
json causes_as_json(const run_results& r) {
  json out = json::array();
  for (const cause& c : causes_of(r)) {
    json ids = json::array();
    for (const std::size_t i : c.cases) ids.push_back(r.cases[i].id);
    out.push_back({{"what", c.what},
                   {"rule", c.rule},
                   {"statements", writer::write(c.statements)},
                   {"failed", c.failed},
                   {"inconclusive", c.inconclusive},
                   {"cases", std::move(ids)}});
  }
  return out;
}

}  // namespace

std::string to_json(const run_results& r) {
  // Ill-formed text becomes U+FFFD: a broker cannot keep the report from being written.
  json out = writer::write(r);
  // In front of the cases, which they sum up.
  json cases = std::move(out["cases"]);
  json findings = std::move(out["findings"]);
  out.erase("cases");
  out.erase("findings");
  out["causes"] = causes_as_json(r);
  out["cases"] = std::move(cases);
  out["findings"] = std::move(findings);
  return out.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

result<run_results, std::string> from_json(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return unexpected<std::string>("not a JSON document");
  if (!parsed.is_object() || !parsed.contains("format") || !parsed.contains("cases")) {
    return unexpected<std::string>("not a results file: 'format' or 'cases' is missing");
  }
  run_results r;
  std::string error;
  reader(parsed, "", error).read(parsed, "", r);
  if (!error.empty()) return unexpected<std::string>(error);
  if (r.format > newest_format) {
    return unexpected<std::string>(fmt::format(
        "written by a newer mqttspec: format {}, this one reads {}", r.format, newest_format));
  }
  return r;
}

}  // namespace mqttspec::results
