// Pickles that Python wrote, of the shapes that the benchmarks have, and hostile ones; and some written here by hand.
#include <catch2/catch.hpp>
#include <filesystem>

#include "eval/import/pickle_file.h"
#include "tests/eval/import_helpers.h"
#include "tests/python.h"

using Catch::Matchers::Contains;
using namespace zeroth::tests;
using zeroth::eval::kMostPickleMemory;
using zeroth::eval::PickleKind;
using zeroth::eval::PickleStore;
using zeroth::eval::PickleValue;
using zeroth::eval::read_pickle;

namespace {

// The files of make_pickles.py; none where there is no Python.
bool make_pickles(const TemporaryFolder& folder, const std::string& kind, const std::string& modules) {
  if (!python_has(modules)) return false;
  const PythonRun run =
      run_python("-B " + std::string(ZEROTH_TESTS_DIR) + "/eval/make_pickles.py " + folder.path("files") + " " + kind);
  INFO(run.text);
  REQUIRE(run.status == 0);
  return true;
}

void check_nats(const zeroth::core::CsvTable& table, size_t count) {
  REQUIRE(table.rows.size() == count);
  for (size_t i = 0; i < count; ++i) {
    CAPTURE(i);
    CHECK(cell(table, i, "index") == std::to_string(i));
    CHECK_THAT(cell(table, i, "arch"), Contains("~0|+|") && Contains("|+|nor_conv_3x3~0|none~1|skip_connect~2|"));
    CHECK(cell(table, i, "params_cifar10") == "129306");
    CHECK(cell(table, i, "flops_imagenet16_120") == "15647360");
    CHECK(cell(table, i, "latency_cifar100_ms") == "20");
    CHECK(cell(table, i, "cifar10_train_cost_12ep_s") == "24.5");  // 12 epochs of 2 s, half a second of validation
    CHECK(cell(table, i, "cifar10_train_cost_s") == "40.5");
    CHECK(cell(table, i, "imagenet16_120_valid_acc_12ep") == std::to_string(i) + ".012");
    CHECK(cell(table, i, "cifar100_test_acc_12ep") == std::to_string(i + 10) + ".012");
  }
  // make_pickles.py: index + epochs / 1000 + 0.3 by seed (777, 888, 999) + 10 by the place of the set.
  CHECK(cell(table, 0, "cifar10_test_acc") == "0.62");  // one run, of seed 999
  CHECK(cell(table, 0, "cifar10_test_acc_run2").empty());
  CHECK(cell(table, 1, "cifar10_valid_acc") == "1.32");
  CHECK(cell(table, 2, "cifar100_test_acc") == "12.32");
  CHECK(cell(table, 2, "cifar100_test_acc_run1") == "12.02");
  CHECK(cell(table, 2, "cifar100_test_acc_run2") == "12.32");
  CHECK(cell(table, 2, "cifar100_valid_acc_run3") == "2.62");
}

}  // namespace

TEST_CASE("The forms of NAS-Bench-201 and NATS-Bench give one table") {
  const TemporaryFolder folder;
  if (!make_pickles(folder, "", "bz2")) return;
  check_nats(imported("nats", folder.path("files/NATS-tss-v1_0-3ffb9-simple")), 4);
  for (int protocol = 0; protocol < 6; ++protocol) {
    INFO("protocol " << protocol);
    check_nats(imported("nats", folder.path("files/whole" + std::to_string(protocol) + ".pickle")), 4);
  }
  check_nats(imported("nats", folder.path("files/ordered.pickle")), 3);
  CHECK(imported("nats", folder.path("files/one.pickle")).rows.size() == 1);
  const auto table = imported("nats", folder.path("files/long.pickle"));
  REQUIRE(table.rows.size() == 2500);
  CHECK(cell(table, 999, "arch") == "999");
  CHECK(cell(table, 1000, "arch") == "1000");
  CHECK(cell(table, 2499, "index") == "2499");
}

TEST_CASE("What torch.save wrote is read, in its format of today and that before 1.6") {
  const TemporaryFolder folder;
  if (!make_pickles(folder, "torch", "torch, numpy")) return;
  check_nats(imported("nats", folder.path("files/today.pth")), 3);
  check_nats(imported("nats", folder.path("files/before_1.6.pth")), 3);
  CHECK(imported("nats", folder.path("files/tensors.pth")).rows.size() == 2);
  const auto table = imported("transnas101", folder.path("files/transnas.pth"), "transnas101-micro");
  REQUIRE(table.rows.size() == 4);
  CHECK(cell(table, 3, "arch") == "64-41414-3_00_123");
  CHECK(cell(table, 3, "class_object_test_top1") == "4");  // of the last epoch
  CHECK(cell(table, 3, "autoencoder_ssim") == "10");
  CHECK(cell(table, 3, "segmentsemantic_valid_miou") == "8");
  CHECK(cell(table, 3, "segmentsemantic_valid_miou_best") == "9");
  CHECK(cell(table, 3, "normal_params") == "1003");
  for (const char* file : {"hardware.pickle", "hardware2.pickle", "hardware3.pickle"}) {
    INFO(file);
    const auto costs = imported("hw-nasbench", folder.path("files/" + std::string(file)));
    REQUIRE(costs.rows.size() == 3);
    CHECK(cell(costs, 2, "cifar10_edgegpu_latency") == "2");
    CHECK(cell(costs, 1, "imagenet16_120_fpga_energy") == "10");
  }
  CHECK_THAT(refusal("hw-nasbench", folder.path("files/hardware4.pickle")), Contains("\"c16\""));
}

TEST_CASE("TransNAS and HW-NAS-Bench are read from plain pickles") {
  const TemporaryFolder folder;
  if (!make_pickles(folder, "", "bz2")) return;
  CHECK(imported("transnas101", folder.path("files/transnas.pickle"), "transnas101-macro").rows.size() == 2);
  const auto costs = imported("hw-nasbench", folder.path("files/hardware.pickle"));
  CHECK(cell(costs, 2, "cifar100_eyeriss_energy") == "8");
  CHECK_THAT(refusal("hw-nasbench", folder.path("files/short.pickle")), Contains("2 values of cifar10_fpga_energy"));
  CHECK_THAT(refusal("hw-nasbench", folder.path("files/whole4.pickle")), Contains("no \"nasbench201\""));
  CHECK_THAT(refusal("nats", folder.path("files/hardware.pickle")), Contains("no \"arch2infos\""));
  CHECK_THAT(refusal("nats", folder.path("files")), Contains("no NNNNNN.pickle.pbz2"));
}

TEST_CASE("A hostile pickle is refused by what it asks for, and nothing of it runs") {
  const TemporaryFolder folder;
  if (!make_pickles(folder, "", "bz2")) return;
  const auto said = [&](const std::string& kind, const std::string& file) {
    return refusal(kind, folder.path("files/" + file));
  };
  CHECK_THAT(said("nats", "command.pickle"), Contains("command.pickle: the pickle asks for posix.system"));
  CHECK_THAT(said("nats", "command0.pickle"), Contains("asks for posix.system"));
  CHECK_THAT(said("nats", "eval.pickle"), Contains("asks for builtins.eval"));
  CHECK_THAT(said("hw-nasbench", "code.pickle"), Contains("asks for collections.Counter"));
  CHECK_FALSE(std::filesystem::exists(folder.path("files/pwned")));
  CHECK_THAT(said("nats", "cycle.pickle"), Contains("without training budgets"));
  CHECK_THAT(said("nats", "deep.pickle"), Contains("no dict"));
  CHECK_THAT(said("nats", "marks.pickle"), Contains("nested too deeply"));
  CHECK_THAT(said("nats", "bomb.pickle.pbz2"), Contains("MiB of memory"));
  PickleStore store("bomb", kMostPickleMemory);
  const std::string bomb = folder.path("files/NATS-bomb/000000.pickle.pbz2");
  CHECK_THROWS_WITH(read_pickle({bomb, uint64_t{1} << 20}, store), Contains("unpacks to more than 1048576 bytes"));
}

namespace {

// The pickle of `bytes`, read from a file.
PickleValue value_of(PickleStore& store, const std::string& bytes) {
  const TemporaryFolder folder;
  return read_pickle({folder.write("p", bytes)}, store);
}

std::string complaint(const std::string& bytes, uint64_t memory = kMostPickleMemory) {
  PickleStore store("p", memory);
  try {
    value_of(store, bytes);
  } catch (const zeroth::core::Error& error) {
    return error.what();
  }
  return "read without a complaint";
}

std::string text(const char* bytes, size_t size) { return {bytes, size}; }

}  // namespace

TEST_CASE("Numbers of a pickle are what pickletools says they are") {
  PickleStore store("p", kMostPickleMemory);
  const auto number = [&](const std::string& bytes) { return store.number(value_of(store, bytes + ".")); };
  CHECK(number(text("K\xff", 2)) == 255);
  CHECK(number(text("M\x01\x02", 3)) == 513);
  CHECK(number(text("J\xfe\xff\xff\xff", 5)) == -2);
  CHECK(number(text("\x8a\x00", 2)) == 0);
  CHECK(number(text("\x8a\x01\xff", 3)) == -1);
  CHECK(number(text("\x8a\x02\xff\x7f", 4)) == 32767);
  CHECK(number(text("\x8b\x01\x00\x00\x00\x80", 6)) == -128);
  CHECK(number("I-12\n") == -12);
  CHECK(number("L123L\n") == 123);
  CHECK(number("F-2.5e3\n") == -2500);
  CHECK(number(text("G\x3f\xf8\x00\x00\x00\x00\x00\x00", 9)) == 1.5);
  CHECK_FALSE(number("N"));
  CHECK(value_of(store, "I01\n.").kind == PickleKind::kBool);
}

TEST_CASE("Each of several pickles in a file numbers its memo anew") {
  const std::string magic = text("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  const std::string version = text("\x80\x04\x8c\x01v\x94.", 7);  // memoised at place 0
  const std::string sizes = text("\x80\x04\x8c\x01s\x94.", 7);
  const std::string object = text("\x80\x04\x8c\x01o\x94\x30h\x00.", 10);  // memoised, dropped, taken from place 0
  PickleStore store("p", kMostPickleMemory);
  CHECK(store.text_of(value_of(store, magic + version + sizes + object)) == "o");
}

TEST_CASE("A damaged pickle is named by its byte") {
  CHECK_THAT(complaint(""), Contains("cut short"));
  CHECK_THAT(complaint("."), Contains("a value is missing at byte 1"));
  CHECK_THAT(complaint("N"), Contains("cut short at byte 1"));
  CHECK_THAT(complaint("hello"), Contains("nothing is any more"));
  CHECK_THAT(complaint("\xff."), Contains("opcode 0xff"));
  CHECK_THAT(complaint("K"), Contains("cut short"));
  CHECK_THAT(complaint("u."), Contains("mark is missing"));
  CHECK_THAT(complaint("(Nu."), Contains("a damaged pickle"));
  CHECK_THAT(complaint("}(Nu."), Contains("a key without a value"));
  CHECK_THAT(complaint("NNNs."), Contains("no container of this kind"));
  CHECK_THAT(complaint("(00."), Contains("a value is missing"));
  CHECK_THAT(complaint("h\x05."), Contains("place 5 of the memo"));
  CHECK_THAT(complaint("I1x\n."), Contains("\"1x\" is no number"));
  CHECK_THAT(complaint(text("\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01.", 12)), Contains("64 bits"));
  CHECK_THAT(complaint(text("\x80\x09.", 3)), Contains("protocol 9"));
  CHECK_THAT(complaint("cos\nsystem\n."), Contains("asks for os.system"));
  CHECK_THAT(complaint("cbuiltins\ndict\n(NtR."), Contains("stands where a container should"));
  CHECK_THAT(complaint("cbuiltins\nint\n)R."), Contains("calls builtins.int"));
  CHECK_THAT(complaint("ctorch\nFloatStorage\n)R."), Contains("calls torch.FloatStorage"));
  CHECK_THAT(complaint("N)R."), Contains("calls what is no function"));
  CHECK_THAT(complaint("NNb."), Contains("gives a state"));
  CHECK_THAT(complaint("i__main__\nX\n."), Contains("opcode 0x69"));
  CHECK_THAT(complaint("(cos\nsystem\no."), Contains("os.system"));
  CHECK_THAT(complaint("\x82\x01."), Contains("opcode 0x82"));
}

TEST_CASE("What a pickle would take is bounded before it is taken") {
  // Eight bytes of length, and nothing behind it.
  CHECK_THAT(complaint(text("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f", 9)), Contains("MiB of memory"));
  CHECK_THAT(complaint(text("\x8e\xff\xff\xff\xff\xff\xff\xff\xff", 9)), Contains("MiB of memory"));
  CHECK_THAT(complaint(text("B\xff\xff\xff\x7f"
                            "abc",
                            8)),
             Contains("cut short"));
  constexpr uint64_t kMebi = uint64_t{1} << 20;
  std::string lists, texts, memo = "N";
  for (int i = 0; i < 60000; ++i) {
    lists += "]0";
    texts += "V" + std::to_string(i) + "\n0";
    memo += "\x94";
  }
  CHECK_THAT(complaint(lists + "N.", kMebi), Contains("1 MiB of memory"));
  CHECK_THAT(complaint(texts + "N.", kMebi), Contains("1 MiB of memory"));
  CHECK_THAT(complaint(memo + ".", kMebi), Contains("1 MiB of memory"));
  CHECK_THAT(complaint(std::string(size_t{5} << 20, 'N')), Contains("more values at once"));
  std::string items = "](";
  items += std::string(100000, 'N');
  CHECK_THAT(complaint(items + "e.", kMebi), Contains("1 MiB of memory"));
  // One container put into one place of the memo again and again, inside of what is handed over.
  std::string places = text(
      "\x80\x02}(X\x01\x00\x00\x00"
      "d}(K\x00}",
      15);
  for (int i = 0; i < 200000; ++i) places += text("q\x00", 2);
  const TemporaryFolder folder;
  PickleStore store("p", kMebi);
  const zeroth::eval::PickleFile file{
      folder.write("p", places + "uu."), UINT64_MAX, {"d"}, [](PickleValue, PickleValue) {}};
  CHECK_THROWS_WITH(read_pickle(file, store), Contains("1 MiB of memory"));
}

TEST_CASE("Items that are handed over one by one do not add up") {
  // 200 dicts of 300 items each take 2 MB; a tenth of that is enough where each goes by.
  std::string bytes = text(
      "\x80\x02}(X\x04\x00\x00\x00"
      "data}(",
      15);
  uint32_t memo = 0;
  const auto put = [&] {
    bytes += 'r';
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(memo >> (8 * i));
    ++memo;
  };
  for (int i = 0; i < 200; ++i) {
    bytes += text("K", 1) + static_cast<char>(i) + "}";
    put();
    bytes += "(";
    for (int j = 0; j < 300; ++j) {
      bytes += text("M", 1) + static_cast<char>(j) + static_cast<char>(j >> 8) + "]";
      put();
    }
    bytes += "u";
  }
  bytes += "uX\x04";
  bytes += text(
      "\x00\x00\x00"
      "moreK\x07u.",
      11);
  const TemporaryFolder folder;
  const std::string file = folder.write("p", bytes);

  PickleStore whole(file, 2000000), bounded(file, 100000);
  CHECK_THROWS_WITH(read_pickle({file}, whole), Contains("of memory"));
  int64_t sum = 0;
  int count = 0;
  const auto take = [&](PickleValue key, PickleValue value) {
    sum += key.integer;
    ++count;
    CHECK(bounded.items(value).size() == 600);
  };
  const PickleValue rest = read_pickle({file, UINT64_MAX, {"data"}, take}, bounded);
  CHECK(count == 200);
  CHECK(sum == 199 * 200 / 2);
  CHECK(bounded.number(bounded.at(rest, "more")) == 7);
  CHECK(bounded.items(bounded.at(rest, "data")).empty());
}
