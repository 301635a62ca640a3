// The manifest of a run, FILE.json: enough to repeat it, and to refuse to go on with it under other settings.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace zeroth::core {

struct Manifest {
  static constexpr int kFormat = 1;

  std::string name = "zeroth";
  std::string version = ZEROTH_VERSION;
  std::string command;              // as a shell would take it; see shell_command
  std::string started;              // UTC, ISO 8601; see utc_now
  std::string finished;             // empty until the run has ended
  Json settings = Json::object();   // everything that decides the scores, and nothing else
  Json inputs = Json::object();     // digests of what was read
  Json libraries = Json::object();  // name: version
  Json machine = Json::object();    // see machine_facts
  Json results = Json::object();    // rows, failed, cache hits, wall seconds ...

  // Replaces the file as a whole: a reader, or a crash, meets the old text or the new and never half of one.
  // Throws Error that names the file.
  void write(const std::string& path) const;
  // Throws Error that names the file: malformed JSON, a missing section, a format newer than kFormat.
  static Manifest read(const std::string& path);
  // Throws Error that names the first setting in which the earlier run, read from `path`, differs; a.b is member b of
  // a.
  void require_same_settings(const Manifest& earlier, const std::string& path) const;
};

// What belongs to a score table: scores.times.csv beside scores.csv or scores.csv.gz.
std::string companion_path(const std::string& scores, const std::string& suffix);
// Where its manifest is: scores.json.
std::string manifest_path(const std::string& scores);
// The arguments of this process, the program's name first.
std::vector<std::string> command_line();
// The arguments in one line that a shell splits into the same arguments again.
std::string shell_command(const std::vector<std::string>& arguments);
// Of a file's bytes, after decompression. Throws Error that names the file.
std::string file_digest(const std::string& path);
// 2031-05-09T17:03:20Z
std::string utc_now();
// {"cpu": model, "cores": logical processors}
Json machine_facts();

}  // namespace zeroth::core
