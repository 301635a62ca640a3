#include "eval/import/pickle_file.h"

#include <boost/algorithm/string/predicate.hpp>

#include "core/error.h"

namespace zeroth::eval {
namespace {

// A pickle of the whole number that marks torch.save's format before 1.6, up to its last opcode; two more pickles (a
// version and the machine's sizes) stand before the object.
const std::string kOldTorch = std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
const std::string kZip = "PK\x03\x04";
constexpr size_t kPlaceOfMethod = 8, kPlaceOfNameSize = 26;

// Takes the header of the zip's first member, which torch makes the object's pickle and stores as it is. A pickle tells
// its own end, so nothing else of the zip is needed.
void enter_zip(ByteReader& bytes) {
  bytes.skip(kPlaceOfMethod);
  const uint64_t method = bytes.little_endian(2);
  bytes.skip(kPlaceOfNameSize - kPlaceOfMethod - 2);
  const uint64_t name_size = bytes.little_endian(2), extra_size = bytes.little_endian(2);
  const std::string name = bytes.take(name_size);
  if (!boost::algorithm::ends_with(name, "data.pkl")) {
    bytes.fail("a zip that torch.save did not make: its first member is " + core::one_line(name) + ", not data.pkl,");
  }
  if (method != 0) bytes.fail("a zip that torch.save did not make: its pickle is compressed");
  bytes.skip(extra_size);
}

}  // namespace

PickleValue read_pickle(const PickleFile& file, PickleStore& store) {
  ByteReader bytes(file.path, file.most_bytes);
  PickleReader reader(bytes, store);
  if (bytes.peek(kZip.size()) == kZip) {
    enter_zip(bytes);
  } else if (bytes.peek(kOldTorch.size()) == kOldTorch) {
    bytes.skip(kOldTorch.size());
    reader.read();
    reader.read();
  }
  if (file.take) reader.hand_over(file.keys, file.take);
  return reader.read();
}

}  // namespace zeroth::eval
