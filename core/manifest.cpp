#include "core/manifest.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/csv_appender.h"
#include "core/error.h"
#include "core/input_file.h"
#include "core/random.h"
#include "core/replace_file.h"

namespace zeroth::core {
namespace {

std::string value_text(const Json* value) { return value ? json_text(*value) : "absent"; }

// Name and values of the first difference between two settings; empty where there is none.
std::string first_difference(const Json& earlier, const Json& now, const std::string& prefix) {
  const auto compare = [&](const std::string& key) -> std::string {
    const Json* a = earlier.contains(key) ? &earlier.at(key) : nullptr;
    const Json* b = now.contains(key) ? &now.at(key) : nullptr;
    if (a && b && a->is_object() && b->is_object()) return first_difference(*a, *b, prefix + key + ".");
    if (a && b && *a == *b) return "";
    return fmt::format("{}{} was {} and is now {}", prefix, key, value_text(a), value_text(b));
  };
  for (const Json* side : {&earlier, &now}) {
    for (const auto& item : side->items()) {
      std::string difference = compare(item.key());
      if (!difference.empty()) return difference;
    }
  }
  return "";
}

}  // namespace

void Manifest::write(const std::string& path) const {
  Json json;
  json["format"] = kFormat;
  json["program"] = {{"name", name}, {"version", version}};
  json["command"] = command;
  json["started"] = started;
  json["finished"] = finished;
  json["settings"] = settings;
  json["inputs"] = inputs;
  json["libraries"] = libraries;
  json["machine"] = machine;
  json["results"] = results;

  replace_file(path, json_text(json, 2) + "\n");
}

Manifest Manifest::read(const std::string& path) {
  const std::string text = read_whole_file(path);
  Manifest manifest;
  try {
    const Json json = Json::parse(text);
    const auto format = json.at("format").get<int64_t>();
    if (format > kFormat) {
      throw Error(fmt::format("{}: the manifest has format {}, and this version of zeroth reads formats up to {}", path,
                              format, kFormat));
    }
    json.at("program").at("name").get_to(manifest.name);
    json.at("program").at("version").get_to(manifest.version);
    json.at("command").get_to(manifest.command);
    json.at("started").get_to(manifest.started);
    json.at("finished").get_to(manifest.finished);
    manifest.settings = json.at("settings");
    manifest.inputs = json.at("inputs");
    manifest.libraries = json.at("libraries");
    manifest.machine = json.at("machine");
    manifest.results = json.at("results");
  } catch (const Json::exception& error) {
    throw Error(fmt::format("{}: not a manifest: {}", path, error.what()));
  }
  return manifest;
}

void Manifest::require_same_settings(const Manifest& earlier, const std::string& path) const {
  const std::string difference = first_difference(earlier.settings, settings, "");
  if (!difference.empty()) throw Error(fmt::format("{}: cannot resume: {}", path, difference));
}

std::string companion_path(const std::string& scores, const std::string& suffix) {
  std::filesystem::path path(scores);
  if (path.extension() == ".gz") path.replace_extension();
  return sibling(path.string(), suffix);
}

std::string manifest_path(const std::string& scores) { return companion_path(scores, ".json"); }

std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

std::string shell_command(const std::vector<std::string>& arguments) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";
  std::string command;
  for (const std::string& argument : arguments) {
    if (!command.empty()) command += ' ';
    if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) {
      command += argument;
      continue;
    }
    command += '\'';
    for (const char c : argument) command += c == '\'' ? std::string("'\\''") : std::string(1, c);
    command += '\'';
  }
  return command;
}

std::string file_digest(const std::string& path) { return fmt::format("{:016x}", hash_bytes(read_whole_file(path))); }

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

Json machine_facts() {
  std::string model = "unknown";
  std::ifstream cpu_info("/proc/cpuinfo");
  for (std::string line; std::getline(cpu_info, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      model = line.substr(colon + 2);
      break;
    }
  }
  return {{"cpu", model}, {"cores", std::thread::hardware_concurrency()}};
}

}  // namespace zeroth::core
