#pragma once
// Holds the list of real brokers' faults (script/known_bugs.h) and the planted defects to each
// other.

#include <string>
#include <vector>

#include "prove/prove.h"
#include "script/known_bugs.h"

namespace mqttspec::prove {

// A bug that names a defect which does not exist, or none of whose cases catches one of its
// defects; a defect seen in a broker of which no bug that names it tells. |p| must be the whole
// proof.
std::vector<std::string> untied_bugs(const std::vector<script::known_bug>& bugs, const proof& p);

}  // namespace mqttspec::prove
