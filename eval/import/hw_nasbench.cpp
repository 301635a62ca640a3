// HW-NAS-Bench (Li et al., ICLR 2021): HW-NAS-Bench-v1_0.pickle, of which the space of NAS-Bench-201 is read: a dict of
// data sets, each with "config" (the architectures) and a column of numbers for each measurement. The file's lookup
// tables for FBNet are of operations, not of architectures, and are left out.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eval/import/importer.h"
#include "eval/import/pickle_file.h"

namespace zeroth::eval {
namespace {

struct DataSet {
  const char* key;
  const char* name;
};
constexpr std::array<DataSet, 3> kDataSets = {
    {{"cifar10", "cifar10"}, {"cifar100", "cifar100"}, {"ImageNet16-120", "imagenet16_120"}}};
constexpr std::array<const char*, 10> kMeasurements = {
    "edgegpu_latency", "edgegpu_energy",  "raspi4_latency", "edgetpu_latency",
    "pixel3_latency",  "eyeriss_latency", "eyeriss_energy", "eyeriss_arithmetic_intensity",
    "fpga_latency",    "fpga_energy"};

void read(const std::string& path, const std::string&, ImportedTable& table) {
  PickleStore store(path, kMostPickleMemory);
  const PickleValue space = store.at(read_pickle({path, kMostPickleBytes}, store), "nasbench201");
  const std::vector<PickleValue>& architectures = store.items(store.at(store.at(space, kDataSets[0].key), "config"));

  std::vector<std::string> columns = {"index", "arch"};
  std::vector<const std::vector<PickleValue>*> values;
  for (const DataSet& data : kDataSets) {
    const PickleValue measured = store.at(space, data.key);
    for (const char* name : kMeasurements) {
      columns.push_back(fmt::format("{}_{}", data.name, name));
      values.push_back(&store.items(store.at(measured, name)));
      if (values.back()->size() != architectures.size()) {
        store.fail(fmt::format("{} values of {} for {} architectures", values.back()->size(), columns.back(),
                               architectures.size()));
      }
    }
  }
  table.header(columns);
  for (size_t i = 0; i < architectures.size(); ++i) {
    std::vector<std::string> row = {std::to_string(i),
                                    std::string(store.text_of(store.at(architectures[i], "arch_str")))};
    for (const auto* column : values) row.push_back(measured_field(store.number((*column)[i])));
    table.row(row);
  }
}

}  // namespace

Importer importer_hw_nasbench() {
  return {"hw-nasbench",
          "HW-NAS-Bench: HW-NAS-Bench-v1_0.pickle, its NAS-Bench-201 part",
          "latency (ms) and energy (mJ) on six devices for three data sets",
          {},
          read};
}

}  // namespace zeroth::eval
