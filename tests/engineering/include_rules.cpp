// Which folder may include which: the arrows of the README's picture, held by a test.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"core", {}},
    {"spaces", {"core"}},
    {"nn", {"core", "spaces"}},
    {"proxies", {"core", "spaces", "nn"}},
    {"ensemble", {"core"}},
    {"search", {"core", "spaces", "ensemble"}},
    {"eval", {"core", "spaces"}},
    {"cli", {"core", "spaces", "nn", "proxies", "ensemble", "search", "eval"}},
};
const std::set<std::string> kMayUseTorch = {"nn", "proxies", "cli"};

bool is_source(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cpp" || path.extension() == ".def";
}

// Confirmation trains networks: the one part of the search that needs them.
bool is_confirmation(const std::string& folder, const fs::path& path) {
  return folder == "search" && path.parent_path().filename() == "confirm";
}

// The text of an include line from its opening quote or bracket; empty for any other line.
std::string_view include_target(std::string_view line) {
  for (const std::string_view word : {"#", "include"}) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.substr(0, word.size()) != word) return {};
    line.remove_prefix(word.size());
  }
  line.remove_prefix(std::min(line.find_first_of("\"<"), line.size()));
  return line;
}

// What is wrong with one line of a file in `folder`; empty where nothing is.
std::string fault(const std::string& folder, const fs::path& file, std::string_view line) {
  const std::string_view target = include_target(line);
  if (target.empty()) return "";
  const std::string included(target.substr(1, target.find_first_of("\">", 1) - 1));
  if (included == "torch/torch.h") return "torch/torch.h takes 12 s a file; nn/torch_compat.h has what is needed";

  const std::string top = included.substr(0, included.find('/'));
  const bool confirmation = is_confirmation(folder, file);
  if (target.front() == '<') {
    const bool torch = top == "torch" || top == "ATen" || top == "c10" || top == "caffe2";
    return torch && kMayUseTorch.count(folder) == 0 && !confirmation ? folder + " is free of LibTorch" : "";
  }
  if (kMayInclude.count(top) == 0) return "not a path from the root of the tree: " + included;
  if (folder == "search" && !confirmation && included.find("search/confirm/") == 0) {
    return "the search is free of networks, but for search/confirm";
  }
  const bool allowed = top == folder || kMayInclude.at(folder).count(top) != 0 || (confirmation && top == "nn");
  return allowed ? "" : folder + " may not include " + top;
}

// All faults of a tree, each as "folder/file:line: what". `files` counts the files that were read.
std::vector<std::string> include_faults(const fs::path& root, int& files) {
  std::vector<std::string> faults;
  files = 0;
  for (const auto& [folder, unused] : kMayInclude) {
    if (!fs::is_directory(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!is_source(entry.path())) continue;
      ++files;
      std::ifstream in(entry.path());
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        const std::string what = fault(folder, entry.path(), line);
        if (what.empty()) continue;
        faults.push_back(fs::relative(entry.path(), root).string() + ":" + std::to_string(number) + ": " + what);
      }
    }
  }
  return faults;
}

// A tree with one file, removed at the end of its scope.
class TreeOfOneFile {
 public:
  TreeOfOneFile(const std::string& file, const std::string& text) {
    std::string pattern = (fs::temp_directory_path() / "zeroth-includes-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  ~TreeOfOneFile() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  TreeOfOneFile(const TreeOfOneFile&) = delete;
  TreeOfOneFile& operator=(const TreeOfOneFile&) = delete;

  std::vector<std::string> faults() const {
    int files = 0;
    return include_faults(root_, files);
  }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("every include of the project follows the picture of its folders") {
  int files = 0;
  const auto faults = include_faults(fs::path(ZEROTH_TESTS_DIR).parent_path(), files);
  for (const auto& each : faults) UNSCOPED_INFO(each);
  CHECK(faults.empty());
  CHECK(files > 20);
}

TEST_CASE("a forbidden include is found, with file and line") {
  const TreeOfOneFile tree("eval/a.cpp", "#include \"eval/a.h\"\n#include <vector>\n#  include \"nn/network.h\"\n");
  CHECK(tree.faults() == std::vector<std::string>{"eval/a.cpp:3: eval may not include nn"});
}

TEST_CASE("core includes nothing of ours but core") {
  CHECK(TreeOfOneFile("core/a.h", "#include \"core/error.h\"\n").faults().empty());
  CHECK(TreeOfOneFile("core/a.h", "#include \"spaces/facts.h\"\n").faults().size() == 1);
}

TEST_CASE("only confirmation joins the search with networks") {
  const std::string text = "#include \"nn/network.h\"\n#include <torch/types.h>\n";
  CHECK(TreeOfOneFile("search/confirm/training.cpp", text).faults().empty());
  CHECK(TreeOfOneFile("search/driver.cpp", text).faults().size() == 2);
  CHECK(TreeOfOneFile("search/driver.cpp", "#include \"search/confirm/training.h\"\n").faults().size() == 1);
}

TEST_CASE("LibTorch stays out of the folders that are free of it, and torch/torch.h out of all") {
  CHECK(TreeOfOneFile("spaces/a.cpp", "#include <ATen/ATen.h>\n").faults().size() == 1);
  CHECK(TreeOfOneFile("nn/a.cpp", "#include <torch/types.h>\n").faults().empty());
  CHECK(TreeOfOneFile("nn/a.cpp", "#include <torch/torch.h>\n").faults().size() == 1);
}

TEST_CASE("an include that is not written from the root of the tree is found") {
  CHECK(TreeOfOneFile("core/a.cpp", "#include \"error.h\"\n").faults() ==
        std::vector<std::string>{"core/a.cpp:1: not a path from the root of the tree: error.h"});
  CHECK(TreeOfOneFile("core/a.cpp", "// #include \"nn/network.h\" would be wrong\n").faults().empty());
}
