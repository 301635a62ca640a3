// The result of a confirmation as a file and as text.
#pragma once

#include <string>
#include <vector>

#include "search/confirm/confirm.h"

namespace zeroth::search {

// CSV: arch,role,rung,epochs,val_acc,val_sd,test_acc,test_sd,to_first,to_first_sd,loss,params,seconds,status, a row an
// entrant in the order of the results. Accuracies are in percent; what is not known is empty.
std::string confirmed_csv(const std::vector<Entrant>& entrants, const std::vector<Confirmed>& results);

// The same for a reader.
std::string confirmed_text(const std::vector<Entrant>& entrants, const std::vector<Confirmed>& results);

// One line about an epoch that ended: "epoch 3/12  seed 1  loss 0.4312  val 88.10 %  7.2 s  ARCHITECTURE".
std::string epoch_text(const std::vector<Entrant>& entrants, const EpochNews& news, int epochs);

}  // namespace zeroth::search
