// Borda count: rows beaten, with half a point for each tie. With ties so shared a row's points in a column are its rank
// less 1, so that the order is that of rank_mean; the number is the one that the literature on voting states, over the
// columns.
#include "ensemble/label_free.h"

namespace zeroth::ensemble {

LabelFree ensemble_borda() {
  return {"borda", "mean r - 1", "Borda, Histoire de l'Academie Royale des Sciences, 1781",
          [](double rank, double) { return rank - 1.0; }, nullptr};
}

}  // namespace zeroth::ensemble
