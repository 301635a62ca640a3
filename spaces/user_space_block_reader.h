// Reads the blocks of a user's space, and finds what they leave open.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "spaces/user_space_description.h"
#include "spaces/user_space_file.h"

namespace zeroth::spaces {

struct FieldRule;
struct OperatorRule;

// Every member throws core::Error with the line where the file is wrong.
class BlockReader {
 public:
  using Parameters = std::vector<std::pair<std::string, Options>>;

  // Adds to the description, which must outlive the reader, a block for each operator that needs no field.
  BlockReader(const FileNode& root, Description& description);

  // Adds a block of the file: a list of operators, or a map {operators, skip}.
  void add(const FileNode& entry);
  Block block_of(const std::string& name, const FileNode& operators) const;
  // A block or cell of a name that is not taken.
  void check_is_new(const FileNode& entry) const;
  // There is such a block. `key` and `line` are whose value names it.
  void check_is_known(const std::string& name, int line, const std::string& key) const;

  // The parameters of the block and of those in it, in the order in which they are met. Options are what `given` says,
  // or else the block itself; one without either has none. `reserved` can be no parameter's name.
  Parameters parameters(const Block& block, const std::map<std::string, Options>& given,
                        const std::vector<std::string>& reserved) const;
  // Whether the block is zero for some option of its parameters: zero in a block makes zero of all of it, and of a
  // block with skip the identity.
  bool may_be_zero(const Block& block, const Parameters& parameters) const;

 private:
  struct Collection {
    const std::map<std::string, Options>& given;
    const std::vector<std::string>& reserved;
    Parameters found;
  };

  Step read_step(const FileNode& item, Block& block) const;
  void read_fields(const FileNode& node, const OperatorRule& rule, Step& step, Block& block) const;
  void read_field(const FileNode& given, const FieldRule& rule, Step& step, Block& block) const;
  void check_values(const std::string& key, const FieldRule& field, const Options& options) const;
  bool is_block(const std::string& name) const;
  std::vector<std::string> operator_names() const;
  void collect(const Block& block, int depth, Collection& collection) const;
  const Options& options_of(const std::string& reference, const Block& block, Collection& collection) const;

  const FileNode root_;
  Description* description_;
};

}  // namespace zeroth::spaces
