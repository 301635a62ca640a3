#include "search/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/csv.h"
#include "core/error.h"
#include "core/input_file.h"
#include "core/random.h"
#include "core/shuffle.h"
#include "spaces/spelling.h"

namespace zeroth::search {
namespace {

using spaces::Architecture;
using spaces::function_of;
using spaces::SearchSpace;

constexpr uint64_t kEnumerable = 1000000;  // larger spaces are sampled by rejection
constexpr uint64_t kTriesPerDraw = 1000;   // of rejection, before a space counts as used up

Candidate candidate(const SearchSpace& space, Architecture architecture) {
  std::string text = space.print(architecture);
  return {std::move(text), std::move(architecture), ""};
}

[[noreturn]] void refuse_count(const SearchSpace& space, uint64_t asked, uint64_t available, bool unique) {
  throw core::UsageError(fmt::format("a sample of {}: {} has only {} {}", asked, space.name(), available,
                                     unique ? "different functions" : "architectures"));
}

// The first steps of a shuffle of the enumeration.
std::vector<Candidate> sample_enumerated(const SearchSpace& space, uint64_t count, const core::Stream& stream,
                                         bool unique) {
  std::vector<uint32_t> pool(*space.size());
  std::iota(pool.begin(), pool.end(), 0U);
  if (unique) {
    std::unordered_set<std::string> seen;
    const auto is_repeat = [&](uint32_t index) { return !seen.insert(function_of(space, space.at(index))).second; };
    pool.erase(std::remove_if(pool.begin(), pool.end(), is_repeat), pool.end());
  }
  if (count > pool.size()) refuse_count(space, count, pool.size(), unique);
  core::shuffle_first(pool, count, [&](size_t n, size_t i) {
    return stream.below(static_cast<uint32_t>(n), static_cast<uint32_t>(i));
  });
  std::vector<Candidate> chosen;
  for (uint32_t i = 0; i < count; ++i) chosen.push_back(candidate(space, space.at(pool[i])));
  return chosen;
}

std::vector<Candidate> sample_by_rejection(const SearchSpace& space, uint64_t count, const core::Stream& stream,
                                           bool unique) {
  std::unordered_set<std::string> seen;
  std::vector<Candidate> chosen;
  uint64_t last_new = 0;
  for (uint64_t draw = 0; chosen.size() < count; ++draw) {
    const uint64_t first = draw * space.draws();
    if (draw - last_new > kTriesPerDraw || first + space.draws() > UINT32_MAX) {
      refuse_count(space, count, chosen.size(), unique);
    }
    Candidate drawn = candidate(space, space.sample(stream, static_cast<uint32_t>(first)));
    if (!seen.insert(unique ? function_of(space, drawn.architecture) : drawn.text).second) continue;
    chosen.push_back(std::move(drawn));
    last_new = draw;
  }
  return chosen;
}

// -------------------------------------------------------------------------------------------------------- files

struct Line {
  std::string_view text;
  int64_t number = 0;  // the first is 1
};

// Cuts a file's text into lines.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<Line> next() {
    if (rest_.empty()) return std::nullopt;
    const size_t newline = std::min(rest_.find('\n'), rest_.size());
    const Line line{rest_.substr(0, newline), ++number_};
    rest_.remove_prefix(std::min(newline + 1, rest_.size()));
    return line;
  }

 private:
  std::string_view rest_;
  int64_t number_ = 0;
};

struct Entry {
  std::string text;
  int64_t line = 0;
};

class ArchitectureFile {
 public:
  // `instead`: columns that spell an architecture in a CSV file without a column "arch".
  ArchitectureFile(const std::string& path, std::vector<std::string> instead)
      : name_(path == "-" ? "standard input" : path),
        instead_(std::move(instead)),
        text_(core::read_whole_file(path)) {}

  std::vector<Entry> entries() const {
    std::string_view text = text_;
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
    Lines lines(text);
    std::vector<Entry> found;
    while (const auto line = lines.next()) {
      std::string content = boost::trim_copy(std::string(line->text));
      if (content.empty() || content.front() == '#') continue;
      if (found.empty()) {
        const auto header = core::parse_csv_line(content);
        const auto columns = header ? spaces::spelling_columns(*header, instead_) : std::nullopt;
        if (columns) return csv_entries(header->size(), *columns, lines);
      }
      found.push_back({std::move(content), line->number});
    }
    return found;
  }

  [[noreturn]] void fail(int64_t line, std::string_view what) const {
    throw core::Error(fmt::format("{}:{}: {}", name_, line, what));
  }

  const std::string& name() const { return name_; }

 private:
  std::vector<Entry> csv_entries(size_t width, const std::vector<size_t>& columns, Lines& lines) const {
    std::vector<Entry> found;
    while (const auto line = lines.next()) {
      std::string row(line->text);
      // A row goes on while a quoted field holds a line break.
      while (std::count(row.begin(), row.end(), '"') % 2 != 0) {
        const auto more = lines.next();
        if (!more) fail(line->number, "a quote that never closes");
        row.append("\n").append(more->text);
      }
      if (boost::trim_copy(row).empty()) continue;
      const auto fields = core::parse_csv_line(row);
      if (!fields) fail(line->number, "a quote inside an unquoted field, or text after a closing quote");
      if (fields->size() != width) {
        fail(line->number, fmt::format("the row has {} fields where the header has {}", fields->size(), width));
      }
      found.push_back({spaces::spelled(*fields, columns), line->number});
    }
    return found;
  }

  std::string name_;
  std::vector<std::string> instead_;
  std::string text_;
};

}  // namespace

std::vector<Candidate> all(const SearchSpace& space) {
  if (!space.size()) throw core::UsageError(fmt::format("{} has no end of architectures; take a sample", space.name()));
  std::vector<Candidate> candidates;
  for (uint64_t index = 0; index < *space.size(); ++index) candidates.push_back(candidate(space, space.at(index)));
  return candidates;
}

std::vector<Candidate> sample(const SearchSpace& space, uint64_t count, uint64_t seed, bool unique) {
  const core::Stream stream(seed, "candidates");
  const std::optional<uint64_t> size = space.size();
  if (size && count > *size) refuse_count(space, count, *size, /*unique=*/false);
  if (size && *size < kEnumerable) return sample_enumerated(space, count, stream, unique);
  return sample_by_rejection(space, count, stream, unique);
}

std::vector<Listed> from_list(const SearchSpace& space, const std::string& path, const ReadNotation& read,
                              bool skip_bad) {
  const ArchitectureFile file(path, space.table_columns());
  std::vector<Listed> listed;
  for (Entry& entry : file.entries()) {
    Listed one;
    one.line = entry.line;
    try {
      one.candidate = candidate(space, read(entry.text));
    } catch (const core::Error& error) {
      if (!skip_bad) file.fail(entry.line, error.what());
      one.candidate = {entry.text, {}, error.what()};
    }
    one.text = std::move(entry.text);
    listed.push_back(std::move(one));
  }
  if (listed.empty()) throw core::Error(fmt::format("{}: no architectures in it", file.name()));
  return listed;
}

std::vector<Candidate> from_file(const SearchSpace& space, const std::string& path, bool skip_bad) {
  std::vector<Candidate> candidates;
  const auto read = [&space](const std::string& text) { return space.parse(text); };
  for (Listed& one : from_list(space, path, read, skip_bad)) candidates.push_back(std::move(one.candidate));
  return candidates;
}

std::vector<Candidate> unique(const SearchSpace& space, const std::vector<Candidate>& candidates) {
  std::unordered_set<std::string> seen;
  std::vector<Candidate> kept;
  for (const Candidate& one : candidates) {
    const bool failed = !one.error.empty();
    if (failed || seen.insert(function_of(space, one.architecture)).second) kept.push_back(one);
  }
  return kept;
}

}  // namespace zeroth::search
