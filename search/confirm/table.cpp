#include "search/confirm/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"

namespace zeroth::search {
namespace {

std::string cell(const std::optional<double>& value) { return value ? core::number_text(*value) : ""; }

std::string spread(const std::optional<double>& deviation) {
  return deviation ? fmt::format(" +- {:.2f}", *deviation) : "";
}

// "93.12 +- 0.10", "93.12", "-".
std::string accuracy(const std::optional<double>& mean, const std::optional<double>& deviation) {
  return mean ? fmt::format("{:.2f}", *mean) + spread(deviation) : "-";
}

// "-0.31 +- 0.10", "+0.31", "".
std::string difference(const std::optional<double>& mean, const std::optional<double>& deviation) {
  return mean ? fmt::format("{:+.2f}", *mean) + spread(deviation) : "";
}

}  // namespace

std::string confirmed_csv(const std::vector<Entrant>& entrants, const std::vector<Confirmed>& results) {
  std::string text =
      "arch,role,rung,epochs,val_acc,val_sd,test_acc,test_sd,to_first,to_first_sd,loss,params,seconds,status\n";
  for (const Confirmed& result : results) {
    const Entrant& entrant = entrants[result.entrant];
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{:.2f},{}\n", core::csv_field(entrant.text), entrant.role,
                    result.rungs, result.epochs, cell(result.validation), cell(result.validation_deviation),
                    cell(result.test), cell(result.test_deviation), cell(result.to_first),
                    cell(result.to_first_deviation), cell(result.loss), result.params, result.seconds, result.status);
  }
  return text;
}

std::string confirmed_text(const std::vector<Entrant>& entrants, const std::vector<Confirmed>& results) {
  size_t width = 4;
  for (const Confirmed& result : results) width = std::max(width, entrants[result.entrant].role.size());
  std::string text = fmt::format("{:>5}  {:<{}}  {:>6}  {:>14}  {:>14}  {:>14}  {:>7}  {:>9}  {:>8}  {:<11}  {}\n",
                                 "place", "role", width, "epochs", "validation %", "test %", "to first", "loss",
                                 "params", "seconds", "status", "architecture");
  int place = 0;
  for (const Confirmed& result : results) {
    const Entrant& entrant = entrants[result.entrant];
    text += fmt::format(
        "{:>5}  {:<{}}  {:>6}  {:>14}  {:>14}  {:>14}  {:>7}  {:>7.3f} M  {:>8.1f}  {:<11}  {}\n", ++place,
        entrant.role, width, result.epochs, accuracy(result.validation, result.validation_deviation),
        accuracy(result.test, result.test_deviation), difference(result.to_first, result.to_first_deviation),
        result.loss ? fmt::format("{:.4f}", *result.loss) : "-", static_cast<double>(result.params) / 1e6,
        result.seconds, result.status, entrant.text);
  }
  return text;
}

std::string epoch_text(const std::vector<Entrant>& entrants, const EpochNews& news, int epochs) {
  const std::string& arch = entrants[news.entrant].text;
  if (news.record.diverged) {
    return fmt::format("epoch {:>2}/{}  seed {}  diverged  {}", news.epochs + 1, epochs, news.seed, arch);
  }
  const Epoch& last = news.record.epochs.back();
  return fmt::format("epoch {:>2}/{}  seed {}  loss {:.4f}  val {:5.2f} %  {:5.1f} s  {}", news.epochs, epochs,
                     news.seed, last.loss, last.validation_accuracy, last.seconds, arch);
}

}  // namespace zeroth::search
