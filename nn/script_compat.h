// The door to TorchScript: modules, their graphs and operators, in what 1.13 and 2.x share.
#pragma once

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include "nn/torch_compat.h"
