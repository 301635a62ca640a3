// TFRecord files as google-research/nasbench wrote them, made here byte by byte, and damaged ones.
#include <catch2/catch.hpp>
#include <cstring>

#include "eval/import/base64.h"
#include "eval/import/tfrecord.h"
#include "tests/eval/import_helpers.h"

using Catch::Matchers::Contains;
using namespace zeroth::tests;
using zeroth::eval::base64_bytes;
using zeroth::eval::masked_crc32c;

namespace {

std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string record(const std::string& bytes) {
  const std::string length = little_endian(bytes.size(), 8);
  return length + little_endian(masked_crc32c(length), 4) + bytes + little_endian(masked_crc32c(bytes), 4);
}

std::string base64(const std::string& bytes) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t j = i; j < i + 3; ++j) bits = bits << 8 | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0U);
    for (size_t j = 0; j < 4; ++j) text += i + j <= bytes.size() ? digits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

std::string double_field(int field, double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return std::string(1, static_cast<char>(field << 3 | 1)) + little_endian(bits, 8);
}

// An EvaluationData in its field of ModelMetrics. Accuracies are floats that became doubles.
std::string evaluation(double seconds, float train, float valid, float test) {
  const std::string data = double_field(1, 54.0) + double_field(2, seconds) + double_field(3, double{train}) +
                           double_field(4, double{valid}) + double_field(5, double{test}) +
                           "\x32\x03"
                           "a/b";
  return std::string("\x0a") + static_cast<char>(data.size()) + data;
}

std::string metrics(float test) {
  const std::string start = evaluation(0, .1F, .1F, .1F);
  return start + evaluation(50, .5F, .4F, test / 2) + evaluation(100.5, 1, .75F, test) + "\x10\xfa\x93\x8a\x04" +
         double_field(3, 123.0);
}

std::string run(const std::string& hash, int epochs, float test, const std::string& matrix = "011001000",
                const std::string& operations = "input,maxpool3x3,output") {
  return R"([")" + hash + R"(", )" + std::to_string(epochs) + R"(, ")" + matrix + R"(", ")" + operations + R"(", ")" +
         base64(metrics(test)) + R"("])";
}

const std::string kFirst(32, 'a'), kSecond(32, 'b');

std::string refused(const std::string& bytes) {
  const TemporaryFolder folder;
  return refusal("nasbench101", folder.write("nasbench.tfrecord", bytes));
}

}  // namespace

TEST_CASE("The masked CRC-32C is that of the known check value") {
  // CRC-32C of "123456789" is E3069283 (RFC 3720 and others), rotated right by 15 and offset.
  CHECK(masked_crc32c("123456789") == ((0xE3069283U >> 15 | 0xE3069283U << 17) + 0xA282EAD8U));
}

TEST_CASE("Base64 is read with all its padding, and nothing else is") {
  CHECK(base64_bytes("") == "");
  CHECK(base64_bytes("emVy\nb3Ro\n") == "zeroth");  // as Python's encodebytes has it
  CHECK(base64_bytes("Zg==") == "f");
  CHECK(base64_bytes("Zm8=") == "fo");
  CHECK(base64_bytes("Zm9vYmFy") == "foobar");
  CHECK(base64_bytes("//79") == "\xff\xfe\xfd");
  for (const char* wrong : {"Zg=", "Zg", "Z===", "Zg==Zg==", "Z?==", "Zm 9"}) {
    INFO(wrong);
    CHECK_FALSE(base64_bytes(wrong));
  }
}

TEST_CASE("Runs of NAS-Bench-101 become a row a module, in the order of their hashes") {
  const TemporaryFolder folder;
  std::string chain(49, '0');
  for (size_t i = 0; i < 6; ++i) chain[i * 7 + i + 1] = '1';
  const std::string operations = "input,conv3x3-bn-relu,conv1x1-bn-relu,maxpool3x3,conv3x3-bn-relu,maxpool3x3,output";
  const std::string file =
      folder.write("full.tfrecord", record(run(kSecond, 108, .5F)) + record(run(kFirst, 108, .9F, chain, operations)) +
                                        record(run(kSecond, 108, .75F)) + record(run(kSecond, 12, .25F)) +
                                        record(run(kSecond, 108, 1.0F)));
  const auto table = imported("nasbench101", file);
  REQUIRE(table.rows.size() == 2);
  CHECK(cell(table, 0, "index") == "0");
  CHECK(cell(table, 0, "hash") == kFirst);
  CHECK(cell(table, 0, "vertices") == "7");
  CHECK(cell(table, 0, "matrix_upper") ==
        "100000"
        "10000"
        "1000"
        "100"
        "10"
        "1");
  CHECK(cell(table, 0, "ops") == "01202");
  CHECK(cell(table, 0, "cifar10_test_acc") == "90");
  CHECK(cell(table, 0, "cifar10_test_acc_run2").empty());
  CHECK(cell(table, 0, "cifar10_test_acc_12ep").empty());
  CHECK(cell(table, 1, "matrix_upper") == "111");
  CHECK(cell(table, 1, "ops") == "2");
  CHECK(cell(table, 1, "params") == "8555002");
  CHECK(cell(table, 1, "cifar10_test_acc") == "75");  // of 50, 75, 100
  CHECK(cell(table, 1, "cifar10_test_acc_half") == "37.5");
  CHECK(cell(table, 1, "cifar10_valid_acc") == "75");
  CHECK(cell(table, 1, "cifar10_train_acc") == "100");
  CHECK(cell(table, 1, "cifar10_train_cost_s") == "100.5");
  CHECK(cell(table, 1, "cifar10_train_cost_half_s") == "50");
  CHECK(cell(table, 1, "cifar10_test_acc_run1") == "50");
  CHECK(cell(table, 1, "cifar10_test_acc_run3") == "100");
  CHECK(cell(table, 1, "cifar10_test_acc_12ep") == "25");
  CHECK(cell(table, 1, "cifar10_valid_acc_12ep_run1") == "75");
  CHECK_FALSE(table.find("cifar10_test_acc_4ep"));
}

TEST_CASE("A damaged TFRecord is named by its record") {
  const std::string good = record(run(kFirst, 108, .5F));
  const auto changed = [&](size_t place) {
    std::string bytes = good + good;
    bytes[good.size() + place] = static_cast<char>(bytes[good.size() + place] ^ 1);
    return bytes;
  };
  CHECK_THAT(refused(changed(0)), Contains("nasbench.tfrecord: record 2: ") && Contains("checksum of its length"));
  CHECK_THAT(refused(changed(9)), Contains("record 2: ") && Contains("checksum of its length"));
  CHECK_THAT(refused(changed(20)), Contains("record 2: its checksum"));
  CHECK_THAT(refused(changed(good.size() - 1)), Contains("record 2: its checksum"));
  for (const size_t size : {size_t{1}, size_t{8}, size_t{11}, size_t{12}, size_t{40}, good.size() - 1}) {
    INFO(size);
    CHECK_THAT(refused(good + good.substr(0, size)), Contains("cut short"));
  }
  // A length of an exabyte whose checksum is right.
  const std::string length = little_endian(uint64_t{1} << 60, 8);
  CHECK_THAT(refused(length + little_endian(masked_crc32c(length), 4) + "abc"),
             Contains("1152921504606846976 bytes long"));
  CHECK_THAT(refused(""), Contains("no architectures"));
  CHECK_THAT(refused("a text that is no record"), Contains("is no TFRecord"));
}

TEST_CASE("A record that is no run of NAS-Bench-101 is refused") {
  const std::string metric = base64(metrics(.5F));
  const auto list = [&](const std::string& hash, const std::string& epochs, const std::string& matrix,
                        const std::string& operations, const std::string& bytes) {
    return record("[\"" + hash + "\"," + epochs + ",\"" + matrix + "\",\"" + operations + "\",\"" + bytes + "\"]");
  };
  const std::string ops = "input,maxpool3x3,output", matrix = "011001000";
  CHECK_THAT(refused(list(kFirst, "107", matrix, ops, metric)), Contains("107 epochs") && Contains("4, 12, 36, 108"));
  CHECK_THAT(refused(list("zz", "108", matrix, ops, metric)), Contains("no hash"));
  CHECK_THAT(refused(list(kFirst, "108", "011001001", ops, metric)), Contains("no module"));
  CHECK_THAT(refused(list(kFirst, "108", "01100100", ops, metric)), Contains("no module"));
  CHECK_THAT(refused(list(kFirst, "108", std::string(64, '0'), ops, metric)), Contains("no module"));
  CHECK_THAT(refused(list(kFirst, "108", matrix, "input,conv5x5,output", metric)), Contains("no module"));
  CHECK_THAT(refused(list(kFirst, "108", matrix, "input,maxpool3x3,output,output", metric)), Contains("no module"));
  CHECK_THAT(refused(list(kFirst, "108", matrix, ops, "!!!!")), Contains("metrics cannot be read"));
  CHECK_THAT(refused(list(kFirst, "108", matrix, ops, base64(std::string("\x0a\xff\xff\xff\xff\x0f", 6)))),
             Contains("metrics cannot be read"));
  CHECK_THAT(refused(list(kFirst, "108", matrix, ops, base64(metrics(.5F).substr(0, 60)))),
             Contains("metrics cannot be read"));
  CHECK_THAT(refused(record(std::string(60000, '['))), Contains("no list of"));
  CHECK_THAT(refused(record("{\"a\": 1}")), Contains("no list of"));
  const std::string once = record(run(kFirst, 4, .5F));
  CHECK_THAT(refused(once + once + once + once), Contains("record 4: a fourth run"));
}
