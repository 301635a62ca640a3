// Recipes to begin with, one for each of the jobs that people come with.
#pragma once

#include <string>
#include <vector>

namespace zeroth::cli {

struct RecipeExample {
  std::string name;
  std::string summary;  // a few words
  std::string text;     // YAML
};

const std::vector<RecipeExample>& recipe_examples();
// Throws core::UsageError with the valid names.
const RecipeExample& find_recipe_example(const std::string& name);

}  // namespace zeroth::cli
