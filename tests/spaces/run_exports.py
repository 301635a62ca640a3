"""Runs the exports of a folder: for each NAME.py the module with the weights of NAME.onnx against the ONNX model, node
by node, and both against what NAME.json says of names, counts and shapes. Stops at the first difference."""
import importlib.util
import json
import pathlib
import sys

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def both_sides(pads):
    """ONNX lists where padding begins and then where it ends; here they are equal."""
    assert pads[:2] == pads[2:], pads
    return pads[:2]


def sliced(x, starts, ends, axes):
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist()):
        x = x.narrow(axis, start, min(end, x.size(axis)) - start)
    return x


def reshaped(x, shape):
    return x.reshape([x.size(i) if size == 0 else size for i, size in enumerate(shape.tolist())])


def padded(x, pads):
    pads, pairs = pads.tolist(), []
    for axis in reversed(range(x.dim())):
        pairs += [pads[axis], pads[axis + x.dim()]]
    return F.pad(x, pairs)


def unsqueezed(x, axes):
    for axis in axes.tolist():
        x = x.unsqueeze(axis)
    return x


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": lambda a, x: F.avg_pool2d(x, a["kernel_shape"], a["strides"], both_sides(a["pads"]),
                                             count_include_pad=bool(a["count_include_pad"])),
    "BatchNormalization": lambda a, x, w, b, m, v: F.batch_norm(x, m, v, w, b, eps=a["epsilon"]),
    "Clip": lambda a, x, low, high: x.clamp(low, high),
    "Concat": lambda a, *x: torch.cat(x, a["axis"]),
    "Conv": lambda a, x, w: F.conv2d(x, w, None, a["strides"], both_sides(a["pads"]), a["dilations"], a["group"]),
    "Erf": lambda a, x: torch.erf(x),
    "Expand": lambda a, x, shape: x.expand(shape.tolist()),
    "Gather": lambda a, table, x: table[x],
    "Gemm": lambda a, x, w, b=0: x @ w.T + b,
    "HardSigmoid": lambda a, x: (a["alpha"] * x + a["beta"]).clamp(0, 1),
    "HardSwish": lambda a, x: x * (x / 6 + 0.5).clamp(0, 1),
    "Identity": lambda a, x: x,
    "LayerNormalization": lambda a, x, w, b: F.layer_norm(x, w.shape, w, b, a["epsilon"]),
    "LeakyRelu": lambda a, x: F.leaky_relu(x, a["alpha"]),
    "MatMul": lambda a, x, y: x @ y,
    "MaxPool": lambda a, x: F.max_pool2d(x, a["kernel_shape"], a["strides"], both_sides(a["pads"]), a["dilations"]),
    "Mul": lambda a, x, y: x * y,
    "Pad": lambda a, x, pads: padded(x, pads),
    "ReduceMean": lambda a, x: x.mean(a["axes"], keepdim=bool(a["keepdims"])),
    "Relu": lambda a, x: x.relu(),
    "Reshape": lambda a, x, shape: reshaped(x, shape),
    "Shape": lambda a, x: torch.tensor(x.shape[a["start"]:a["end"]]),
    "Sigmoid": lambda a, x: x.sigmoid(),
    "Slice": lambda a, *x: sliced(*x),
    "Softmax": lambda a, x: x.softmax(a["axis"]),
    "Squeeze": lambda a, x, axes: x.squeeze(axes.item()),
    "Sub": lambda a, x, y: x - y,
    "Sum": lambda a, *x: sum(x[1:], x[0]),
    "Tanh": lambda a, x: x.tanh(),
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Unsqueeze": lambda a, x, axes: unsqueezed(x, axes),
}


def run_onnx(model, weights, x):
    values = dict(weights, input=x)
    for node in model.graph.node:
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        inputs = [values[name] for name in node.input]
        values[node.output[0]] = OPERATORS[node.op_type](attributes, *inputs)
    return values["output"]


def check(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    described = json.loads(path.with_suffix(".json").read_text())
    model = onnx.load(path.with_suffix(".onnx"))
    onnx.checker.check_model(model, full_check=True)

    network = exported.Network()
    own = dict(network.named_parameters())
    assert network.parameter_order == [each["name"] for each in described["parameters"]]
    assert sorted(own) == sorted(network.parameter_order)
    for each in described["parameters"]:
        assert list(own[each["name"]].shape) == each["shape"], each
    assert sum(parameter.numel() for parameter in own.values()) == described["params"]

    weights = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in model.graph.initializer}
    flat = torch.cat([weights[name].flatten() for name in network.parameter_order])
    network.load_values(flat.tolist())
    for numbers in (flat[1:], torch.cat([flat, flat[:1]])):
        try:
            network.load_values(numbers)
        except RuntimeError:
            continue
        raise AssertionError("a list of the wrong length is taken")

    x = exported.example_input(3)
    shape = [3] + described["nodes"][described["output"]]["shape"]
    with torch.no_grad():
        trained = network.train()(x)
        assert list(trained.shape) == shape and trained.isfinite().all()
        network = exported.Network().eval()  # with untouched statistics
        network.load_values(flat)
        output, expected = network(x), run_onnx(model, weights, x)
    assert list(output.shape) == shape and expected.shape == output.shape
    assert expected.abs().max() > 0, "an output of zeros says nothing"
    difference = ((output - expected).abs().max() / expected.abs().max()).item()
    assert difference < 1e-4, difference


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.py"))
    for path in paths:
        try:
            check(path)
        except Exception as error:
            print(f"{path.name}: {type(error).__name__}: {error}")
            sys.exit(1)
    print(len(paths), "networks agree")


main()
