// The report as one HTML file that needs nothing else: style, scripts, charts and data stand in it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "eval/report.h"

namespace zeroth::eval {

// The page that eval/report/report.js fills: report.html with style, scripts and Chart.js in their places, as they were
// when the build was configured. The data go where it says kDataPlace.
extern const std::string_view kPageTemplate;
inline constexpr std::string_view kDataPlace = "{\"report\": \"data\"}";

// All that the page shows. Numbers of columns are base64 of the upper 32 bits of each double, little-endian, rounded to
// the nearest (a relative error below 3e-7), nan for a failed cell: a whole search space fits into a few megabytes.
nlohmann::ordered_json page_data(const Report& report);

// Whatever the names of architectures, columns and files are, they stand in the page as JSON without any `<`.
std::string page(const Report& report);

}  // namespace zeroth::eval
