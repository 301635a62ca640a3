// Reciprocal rank fusion: who is among the best of some columns counts, and an outlier in one moves little.
#include "ensemble/label_free.h"

namespace zeroth::ensemble {
namespace {

constexpr double kOffset = 60.0;  // the authors' constant, fixed by them before their experiments

}  // namespace

LabelFree ensemble_robust_rank() {
  return {"robust_rank", "mean 1 / (60 + n + 1 - r)", "Cormack, Clarke and Buettcher, SIGIR 2009",
          [](double rank, double rows) { return 1.0 / (kOffset + rows + 1.0 - rank); }, nullptr};
}

}  // namespace zeroth::ensemble
