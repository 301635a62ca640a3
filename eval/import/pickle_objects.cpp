#include "eval/import/pickle_objects.h"

#include <fmt/format.h>

#include <boost/algorithm/string/predicate.hpp>
#include <cmath>
#include <cstring>
#include <map>

namespace zeroth::eval {
namespace {

enum class Callable {
  kDict,
  kDefaultDict,
  kList,
  kTuple,
  kSet,
  kText,
  kArray,
  kScalar,
  kDtype,
  kEncode,
  kTensor,
  kNothing
};

const std::map<std::string_view, Callable>& callables() {
  static const std::map<std::string_view, Callable> known = {
      {"collections.OrderedDict", Callable::kDict},
      {"collections.defaultdict", Callable::kDefaultDict},
      {"builtins.dict", Callable::kDict},
      {"builtins.list", Callable::kList},
      {"builtins.tuple", Callable::kTuple},
      {"builtins.set", Callable::kSet},
      {"builtins.frozenset", Callable::kSet},
      {"builtins.bytes", Callable::kText},
      {"builtins.str", Callable::kText},
      // Only named, as what a defaultdict makes.
      {"builtins.int", Callable::kNothing},
      {"builtins.float", Callable::kNothing},
      {"builtins.bool", Callable::kNothing},
      {"_codecs.encode", Callable::kEncode},
      {"numpy.ndarray", Callable::kNothing},
      {"numpy.dtype", Callable::kDtype},
      {"numpy.core.multiarray._reconstruct", Callable::kArray},
      {"numpy.core.multiarray.scalar", Callable::kScalar},
      {"numpy._core.multiarray._reconstruct", Callable::kArray},
      {"numpy._core.multiarray.scalar", Callable::kScalar},
      {"torch.Size", Callable::kTuple},
      {"torch._utils._rebuild_tensor", Callable::kTensor},
      {"torch._utils._rebuild_tensor_v2", Callable::kTensor},
      {"torch._utils._rebuild_parameter", Callable::kTensor},
  };
  return known;
}

// Python 2 had another name for the module of the built-in names.
std::string today(std::string_view name) {
  constexpr std::string_view kOld = "__builtin__.";
  if (name.substr(0, kOld.size()) == kOld) return "builtins." + std::string(name.substr(kOld.size()));
  return std::string(name);
}

// torch.FloatStorage and its like name the type of a tensor's numbers.
bool is_storage(std::string_view name) {
  return boost::algorithm::starts_with(name, "torch.") && boost::algorithm::ends_with(name, "Storage") &&
         name.find('.', 6) == std::string_view::npos;
}

template <typename Number>
double number_of(const char* bytes, bool swapped) {
  char ordered[sizeof(Number)];
  for (size_t i = 0; i < sizeof(Number); ++i) ordered[i] = bytes[swapped ? sizeof(Number) - 1 - i : i];
  Number number;
  std::memcpy(&number, ordered, sizeof(Number));
  return static_cast<double>(number);
}

struct NumberType {
  size_t size;
  double (*read)(const char* bytes, bool swapped);
};

// By NumPy's code.
const NumberType* number_type(std::string_view code) {
  static const std::map<std::string_view, NumberType> types = {
      {"f8", {8, number_of<double>}},   {"f4", {4, number_of<float>}},    {"i8", {8, number_of<int64_t>}},
      {"i4", {4, number_of<int32_t>}},  {"i2", {2, number_of<int16_t>}},  {"i1", {1, number_of<int8_t>}},
      {"u8", {8, number_of<uint64_t>}}, {"u4", {4, number_of<uint32_t>}}, {"u2", {2, number_of<uint16_t>}},
      {"u1", {1, number_of<uint8_t>}},  {"b1", {1, number_of<uint8_t>}}};
  const auto found = types.find(code);
  return found == types.end() ? nullptr : &found->second;
}

const NumberType& type_of(const PickleStore& store, PickleValue dtype) {
  if (dtype.kind != PickleKind::kDtype) store.fail("an array without a type");
  const std::string_view code = store.text_of(store.items(dtype).at(0));
  const NumberType* type = number_type(code);
  if (type == nullptr) store.fail(fmt::format("an array of type \"{}\", which is not read here", code));
  return *type;
}

// The store keeps items in order of arrival: the last text is the byte order that holds.
bool is_swapped(const PickleStore& store, PickleValue dtype) { return store.text_of(store.items(dtype).back()) == ">"; }

// UTF-8 of characters below 256 to one byte each: how old protocols write bytes.
std::string latin1(const PickleStore& store, std::string_view utf8) {
  std::string bytes;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<uint8_t>(utf8[i]);
    if (c < 0x80) {
      bytes += utf8[i];
    } else if ((c == 0xC2 || c == 0xC3) && i + 1 < utf8.size()) {
      bytes += static_cast<char>((c & 3) << 6 | (static_cast<uint8_t>(utf8[++i]) & 0x3F));
    } else {
      store.fail("bytes that are no Latin-1 text");
    }
  }
  return bytes;
}

PickleValue copied(PickleStore& store, PickleKind kind, const std::vector<PickleValue>& arguments) {
  const PickleValue result = store.container(kind);
  if (arguments.empty()) return result;
  const std::vector<PickleValue> items = store.items(arguments[0]);
  for (const PickleValue item : items) {
    if (kind != PickleKind::kDict) {
      store.append(result, item);
      continue;
    }
    const std::vector<PickleValue> pair = store.items(item);  // OrderedDict([(key, value), ...])
    if (pair.size() != 2) store.fail("a dict of what are no pairs");
    store.append(result, pair[0]);
    store.append(result, pair[1]);
  }
  return result;
}

PickleValue make_dtype(PickleStore& store, const std::vector<PickleValue>& arguments) {
  const PickleValue dtype = store.container(PickleKind::kDtype);
  store.append(dtype, store.text(store.text_of(arguments.at(0))));
  store.append(dtype, store.text("<"));
  return dtype;
}

PickleValue scalar(PickleStore& store, const std::vector<PickleValue>& arguments) {
  if (arguments.size() != 2) store.fail("a NumPy scalar without its bytes");
  const NumberType& type = type_of(store, arguments[0]);
  const std::string_view bytes = store.text_of(arguments[1]);
  if (bytes.size() != type.size) store.fail("a NumPy scalar of another size than its type");
  return PickleStore::real(type.read(bytes.data(), is_swapped(store, arguments[0])));
}

void fill_array(PickleStore& store, PickleValue array, const std::vector<PickleValue>& state) {
  if (state.size() != 5) store.fail("an array whose state is no tuple of five");
  const bool by_columns = state[3].kind == PickleKind::kBool && state[3].integer != 0;
  if (by_columns && store.items(state[1]).size() > 1) store.fail("an array in Fortran's order, which is not read here");
  if (state[4].kind == PickleKind::kList) {  // an array of objects
    const std::vector<PickleValue> objects = store.items(state[4]);
    for (const PickleValue object : objects) store.append(array, object);
    return;
  }
  const NumberType& type = type_of(store, state[2]);
  const bool swapped = is_swapped(store, state[2]);
  const std::string_view bytes = store.text_of(state[4]);
  if (bytes.size() % type.size != 0) store.fail("an array that ends within a number");
  for (size_t at = 0; at < bytes.size(); at += type.size) {
    store.append(array, PickleStore::real(type.read(bytes.data() + at, swapped)));
  }
}

}  // namespace

bool is_allowed_name(std::string_view name) { return callables().count(today(name)) > 0 || is_storage(name); }

PickleValue call(PickleStore& store, PickleValue function, PickleValue arguments_tuple) {
  if (function.kind != PickleKind::kName || arguments_tuple.kind != PickleKind::kTuple) {
    store.fail("calls what is no function, or with no tuple of arguments");
  }
  const std::string name = today(store.text_of(function));
  const std::vector<PickleValue> arguments = store.items(arguments_tuple);
  const auto found = callables().find(name);
  switch (found == callables().end() ? Callable::kNothing : found->second) {
    case Callable::kDict:
      return copied(store, PickleKind::kDict, arguments);
    case Callable::kDefaultDict:
      return store.container(PickleKind::kDict);
    case Callable::kList:
      return copied(store, PickleKind::kList, arguments);
    case Callable::kTuple:
      return copied(store, PickleKind::kTuple, arguments);
    case Callable::kSet:
      return copied(store, PickleKind::kSet, arguments);
    case Callable::kText:
      return store.text(arguments.empty() ? std::string_view() : store.text_of(arguments[0]));
    case Callable::kArray:
      return store.container(PickleKind::kArray);
    case Callable::kScalar:
      return scalar(store, arguments);
    case Callable::kDtype:
      if (arguments.empty()) break;
      return make_dtype(store, arguments);
    case Callable::kEncode:
      if (arguments.empty() || (arguments.size() > 1 && !store.is_text(arguments[1], "latin1"))) break;
      return store.text(latin1(store, store.text_of(arguments[0])));
    case Callable::kTensor: {
      PickleValue tensor;
      tensor.kind = PickleKind::kOpaque;
      return tensor;
    }
    case Callable::kNothing:
      break;
  }
  store.fail(fmt::format("calls {} as no benchmark file does", name));
}

void set_state(PickleStore& store, PickleValue object, PickleValue state) {
  switch (object.kind) {
    case PickleKind::kArray:
      return fill_array(store, object, std::vector<PickleValue>(store.items(state)));
    case PickleKind::kDtype: {  // (version, byte order, ...)
      const std::vector<PickleValue> fields = store.items(state);
      if (fields.size() < 2) store.fail("a NumPy type without a byte order");
      return store.append(object, store.text(store.text_of(fields[1])));
    }
    case PickleKind::kDict:    // an OrderedDict's attributes
    case PickleKind::kOpaque:  // a tensor's
    case PickleKind::kForgotten:
      return;
    default:
      store.fail("gives a state to what has none");
  }
}

}  // namespace zeroth::eval
