// Mean rank: every column counts alike, and a high rank in one makes good for a low rank in another.
#include "ensemble/label_free.h"

namespace zeroth::ensemble {

LabelFree ensemble_rank_mean() {
  return {"rank_mean", "mean r / n", "Chen et al., TE-NAS, ICLR 2021, arXiv:2102.11535, who take the sum",
          [](double rank, double rows) { return rank / rows; }, nullptr};
}

}  // namespace zeroth::ensemble
