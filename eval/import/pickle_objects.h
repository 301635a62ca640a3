// What stands for Python's objects in a pickle: the allowed classes and functions, and what becomes of calling them.
#pragma once

#include <string>
#include <string_view>

#include "eval/import/pickle_store.h"

namespace zeroth::eval {

// Plain containers, NumPy's arrays and scalars, and tensors. "collections.OrderedDict" and the like.
bool is_allowed_name(std::string_view name);

// The result of calling an allowed function or class with a tuple of arguments. Throws core::Error where it is called
// as no writer of these files calls it.
PickleValue call(PickleStore& store, PickleValue function, PickleValue arguments);

// Gives an object its state, as NumPy's arrays get their numbers.
void set_state(PickleStore& store, PickleValue object, PickleValue state);

}  // namespace zeroth::eval
