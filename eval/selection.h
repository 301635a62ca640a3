// What one finds by trusting a score: the rows that it puts first, and how accurate they are.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "eval/levels.h"

namespace zeroth::eval {

// Accuracy of the row with the highest score; the mean of all that share the highest score, so that the answer does not
// depend on the order of the rows.
double top_accuracy(const Levels& score, const std::vector<double>& accuracy);

// Best accuracy among the k rows with the highest scores; of equal scores the earlier row counts first.
double best_of_top(const Levels& score, const std::vector<double>& accuracy, size_t k);

struct Selection {
  size_t k = 0;  // rows that are looked at: as asked for, at most all
  double best = 0;
  double regret = 0;  // the best accuracy of all rows minus `best`: percentage points where accuracies are in per cent
  // Share of the k best by score that are among the k best by accuracy; the expected share where the k-th place is
  // shared, with ties broken by lot.
  double precision = 0;
  // Normalised discounted cumulative gain of the first k (Järvelin and Kekäläinen, ACM TOIS 20(4), 2002): the gain of a
  // row is the share of the other rows that it beats in accuracy (half a row where equal), the discount of place i
  // 1 / log2(1 + i); rows of equal score have their mean gain (McSherry and Najork, ECIR 2008). A random order has
  // about .5. nullopt where all accuracies are equal.
  std::optional<double> discounted_gain;
};

// At least one row; k at least 1. O(n) beside the rows that share the k-th place.
Selection selection(const Levels& score, const Levels& accuracy_levels, const std::vector<double>& accuracy, size_t k);

}  // namespace zeroth::eval
