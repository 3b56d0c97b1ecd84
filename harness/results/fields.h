#pragma once
// The one list of fields of results.json: writing and reading both walk it, so that neither can
// know a field that the other does not. |V| is the writer or the reader of json.cc; its operator()
// takes a key and a member.

#include "results/results.h"

namespace mqttspec::results {

template <class V>
void fields(V& v, statement_check& s) {
  v("version", s.version);
  v("id", s.id);
  v("summary", s.summary);
  v("outcome", s.outcome);
}

template <class V>
void fields(V& v, trace_line& t) {
  v("client", t.client);
  v("at_us", t.at);
  v("direction", t.direction);
  v("text", t.text);
  v("hex", t.hex);
  v("size", t.size);
  v("marked", t.marked);
}

template <class V>
void fields(V& v, source_span& s) {
  v("file", s.file);
  v("line", s.line);
  v("column", s.column);
  v("length", s.length);
}

template <class V>
void fields(V& v, deviation& d) {
  v("of", d.of);
  v("expected", d.expected);
  v("got", d.got);
}

template <class V>
void fields(V& v, failure& f) {
  v("message", f.message);
  v("faults", f.faults);
  v("deviations", f.deviations);
  v("client", f.client);
  v("step", f.step);
  v("expected", f.expected);
  v("actual", f.actual);
  v("loop", f.loop);
  v("where", f.where);
  v("source_line", f.source_line);
  v("statements", f.statements);
}

template <class V>
void fields(V& v, finding& f) {
  v("rule", f.rule);
  v("message", f.message);
  v("client", f.client);
  v("at_us", f.at);
  v("statements", f.statements);
}

template <class V>
void fields(V& v, case_result& c) {
  v("id", c.id);
  v("path", c.path);
  v("name", c.name);
  v("version", c.version);
  v("row", c.row);
  v("title", c.title);
  v("file", c.file);
  v("line", c.line);
  v("level", c.level);
  v("purposes", c.purposes);
  v("tags", c.tags);
  v("outcome", c.outcome);
  v("expected", c.expected);
  v("baseline_reason", c.baseline_reason);
  v("reason", c.reason);
  v("notes", c.notes);
  v("warnings", c.warnings);
  v("started_us", c.started);
  v("took_us", c.took);
  v("repetition", c.repetition);
  v("fault", c.fault);
  v("statements", c.statements);
  v("findings", c.findings);
  v("trace", c.packets);
}

template <class V>
void fields(V& v, run_finding& f) {
  v("id", f.id);
  v("kind", f.kind);
  v("rule", f.rule);
  v("version", f.version);
  v("title", f.title);
  v("outcome", f.outcome);
  v("expected", f.expected);
  v("baseline_reason", f.baseline_reason);
  v("wanted", f.wanted);
  v("seen", f.seen);
  v("notes", f.notes);
  v("statements", f.statements);
  v("times", f.times);
  v("seen_in", f.seen_in);
  v("scenario", f.scenario);
  v("history", f.history);
  v("again", f.again);
  v("trace", f.packets);
}

template <class V>
void fields(V& v, target_facts& t) {
  v("name", t.name);
  v("address", t.address);
  v("versions", t.versions);
  v("declared", t.declared);
  v("learned", t.learned);
}

template <class V>
void fields(V& v, broker_process& p) {
  v("command", p.command);
  v("ended", p.ended);
  v("by_us", p.by_us);
  v("status", p.status);
  v("signal", p.signal);
  v("output", p.output);
}

template <class V>
void fields(V& v, measured_fact& f) {
  v("name", f.name);
  v("version", f.version);
  v("value", f.value);
  v("detail", f.detail);
  v("from", f.from);
}

template <class V>
void fields(V& v, measured_window& w) {
  v("name", w.name);
  v("version", w.version);
  v("interval_us", w.interval);
  v("probes", w.probes);
  v("gone", w.gone);
  v("probed_until_us", w.probed_until);
  v("never_before_us", w.never_before);
  v("always_after_us", w.always_after);
  v("from", w.from);
}

template <class V>
void fields(V& v, session_profile& p) {
  v("facts", p.facts);
  v("windows", p.windows);
}

template <class V>
void fields(V& v, run_results& r) {
  v("format", r.format);
  v("verb", r.verb);
  v("tool_version", r.tool_version);
  v("catalogue_version", r.catalogue_version);
  v("started_at", r.started_at);
  v("command", r.command);
  v("target", r.target);
  v("process", r.process);
  v("seed", r.seed);
  v("took_us", r.took);
  v("interrupted", r.interrupted);
  v("void_reason", r.void_reason);
  v("problems", r.problems);
  v("notes", r.notes);
  v("profile", r.profile);
  v("cases", r.cases);
  v("findings", r.findings);
}

}  // namespace mqttspec::results
