#include "search/serve_protocol.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace zeroth::search {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 3;  // the object, a list in it, a pair in that
constexpr const char* kRequests =
    R"({"score": ["arch", ...]}, {"ask": n}, {"tell": [["arch", accuracy], ...]} or {"space": {}})";

Json parse(std::string_view line) {
  const auto limit_depth = [](int depth, Json::parse_event_t event, Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= kDeepest) throw core::Error(fmt::format("nested deeper than {}", kDeepest));
    return true;
  };
  try {
    return Json::parse(line, limit_depth);
  } catch (const Json::parse_error& error) {
    throw core::Error(fmt::format("no JSON: wrong at byte {}", error.byte));
  } catch (const Json::exception&) {
    throw core::Error("no JSON: a number that is too large");
  }
}

[[noreturn]] void refuse(const char* member, const char* should) {
  throw core::Error(fmt::format("\"{}\" should be {}", member, should));
}

void read_score(const Json& value, Request& request) {
  constexpr const char* kShould = "a list of architectures, each a text";
  if (!value.is_array() || value.empty()) refuse("score", kShould);
  for (const Json& one : value) {
    if (!one.is_string()) refuse("score", kShould);
    request.architectures.push_back(one.get<std::string>());
  }
}

void read_ask(const Json& value, Request& request) {
  const bool in_range = value.is_number_unsigned() && value.get<uint64_t>() >= 1 && value.get<uint64_t>() <= kMostAsked;
  if (!in_range) throw core::Error(fmt::format("\"ask\" should be a whole number from 1 to {}", kMostAsked));
  request.count = value.get<size_t>();
}

void read_tell(const Json& value, Request& request) {
  constexpr const char* kShould = "a list of pairs, an architecture and its accuracy";
  if (!value.is_array() || value.empty()) refuse("tell", kShould);
  for (const Json& pair : value) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number()) refuse("tell", kShould);
    const auto accuracy = pair[1].get<double>();
    if (!std::isfinite(accuracy)) refuse("tell", kShould);
    request.architectures.push_back(pair[0].get<std::string>());
    request.accuracies.push_back(accuracy);
  }
}

void read_space(const Json& value) {
  if (!value.is_object() || !value.empty()) refuse("space", "{}");
}

}  // namespace

Request parse_request(std::string_view line, Json& id) {
  id = nullptr;
  const Json object = parse(line);
  if (!object.is_object()) throw core::Error(fmt::format("a request is one object: {}", kRequests));
  if (object.contains("id")) {
    if (!object["id"].is_string() && !object["id"].is_number()) refuse("id", "a text or a number");
    id = object["id"];
  }
  Request request;
  int members = 0;
  for (const auto& [name, value] : object.items()) {
    if (name == "id") continue;
    ++members;
    if (name == "score") {
      request.kind = Request::Kind::kScore;
      read_score(value, request);
    } else if (name == "ask") {
      request.kind = Request::Kind::kAsk;
      read_ask(value, request);
    } else if (name == "tell") {
      request.kind = Request::Kind::kTell;
      read_tell(value, request);
    } else if (name == "space") {
      request.kind = Request::Kind::kSpace;
      read_space(value);
    } else {
      constexpr size_t kMostShown = 40;
      throw core::Error(core::unknown_name("request", name.substr(0, kMostShown), {"score", "ask", "tell", "space"}));
    }
  }
  if (members != 1) throw core::Error(fmt::format("a request has one member besides id: {}", kRequests));
  return request;
}

}  // namespace zeroth::search
