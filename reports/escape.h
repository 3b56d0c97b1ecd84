#pragma once
// Text of a broker or a file inside markup. Everything in results may be hostile: a broker chooses
// topics and reason strings, a results file may come from anywhere.

#include <string>
#include <string_view>

#include "base/visible.h"

namespace mqttspec::reports {

// For HTML and SVG, as content and between quotation marks of either kind.
std::string html_text(std::string_view text);

// Markdown that shows |text| as it is, on one line: no emphasis, links, mentions or tags.
std::string markdown_text(std::string_view text);

// A code span around |text|, on one line; nothing in |text| can end it.
std::string markdown_code(std::string_view text);

// A fenced block around |text|, ending in a new line; nothing in |text| can end it.
std::string markdown_block(std::string_view text);

// A path or fragment of a URI reference: all but unreserved characters and '/' become %NN.
std::string uri_text(std::string_view text);

}  // namespace mqttspec::reports
