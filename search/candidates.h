// Which architectures a run scores: a whole space, a sample of it, or those of a file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "spaces/candidate.h"
#include "spaces/search_space.h"

namespace zeroth::search {

using spaces::Candidate;

// Every architecture, in the order of the space's enumeration. Throws core::UsageError where there is no end of them.
std::vector<Candidate> all(const spaces::SearchSpace& space);

// A uniform sample of `count` architectures without replacement; with `unique` of functions, one architecture for each.
// It depends on the space and the seed alone, and a larger sample begins with the smaller one. (In a space too large to
// enumerate, functions with many notations are drawn more often.) Throws core::UsageError that says how many there are
// where `count` is more.
std::vector<Candidate> sample(const spaces::SearchSpace& space, uint64_t count, uint64_t seed, bool unique);

// Reads a file, plain or gzip, "-" for standard input: one architecture a line, where blank lines and lines that begin
// with # do not count; or a CSV file whose header has a column `arch`. Repeated lines are kept. Throws core::Error that
// names file and line for one that does not parse, unless `skip_bad` makes it a candidate with an error.
std::vector<Candidate> from_file(const spaces::SearchSpace& space, const std::string& path, bool skip_bad);

// A line of a list that another tool wrote.
struct Listed {
  Candidate candidate;
  std::string text;  // as the tool wrote it
  int64_t line = 0;  // the first is 1
};

// An architecture in the tool's notation. Throws core::Error for a text that is none.
using ReadNotation = std::function<spaces::Architecture(const std::string&)>;

// As from_file(), with the lines, and in any notation.
std::vector<Listed> from_list(const spaces::SearchSpace& space, const std::string& path, const ReadNotation& read,
                              bool skip_bad);

// The first candidate of each function, in order. Candidates with an error stay.
std::vector<Candidate> unique(const spaces::SearchSpace& space, const std::vector<Candidate>& candidates);

}  // namespace zeroth::search
