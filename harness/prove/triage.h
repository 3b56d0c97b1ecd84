#pragma once
// What is known of mutants that no case tells: cases/mutants.txt. A heading says why, with the
// statements that leave it open; the names of mutants, or patterns of them, stand below it.
//
//   # a comment
//   free v5:v5-4.13.1-a: the close is the rule, the code in front of it is advice
//     v5/send/disconnect/reason/another**
//
// Kinds: `free` by the standard, `unobservable` for a client, `equivalent` to the sound broker, and
// `gap`. A mutant that changes nothing in any case is told apart, as not reached.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "prove/generated.h"

namespace mqttspec::prove {

enum class survival : std::uint8_t { free, unobservable, equivalent, gap };
inline constexpr std::size_t survival_count = 4;
std::string_view survival_name(survival s);

struct triage_entry {
  survival why{};
  std::string reason;
  std::vector<std::string> statements;  // "v5:v5-4.13.1-a"
  std::string pattern;                  // of names
  std::uint32_t line = 0;
};

struct triage {
  std::string file;
  std::vector<triage_entry> entries;

  const triage_entry* find(std::string_view mutant) const;  // the first that fits
};

// Problems: lines that are none.
triage read_triage(std::string file, std::string_view text, std::vector<diagnostic>& problems);

struct verdict_of_triage {
  std::vector<const tried_mutant*> unknown;    // survive, and no entry fits
  std::vector<std::string> stale;              // entries of what is killed, or of nothing
  std::size_t survivors[survival_count] = {};  // by kind
  std::size_t unreached = 0;                   // survive, and no case comes to them
};
verdict_of_triage weigh(const generated_proof& p, const triage& known);

// Lines of what is wrong, then the score.
std::string to_text(const generated_proof& p, const triage& known);
std::string to_json(const generated_proof& p, const triage& known);

}  // namespace mqttspec::prove
