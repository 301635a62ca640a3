"""grad_norm, snip and plain of an exported module on the weights, images and labels of the reference rule, as
nn/reference.h states it, printed with commas between: check_export.py NETWORK.py BATCH"""
import importlib.util
import sys

import numpy
import torch

MASK = (1 << 64) - 1


def uniform(k, count, first=0):
    """u(k, i) for `count` values of i from `first` on."""
    with numpy.errstate(over="ignore"):
        z = numpy.arange(first, first + count, dtype=numpy.uint64)
        z += numpy.uint64(((k << 32) + 0x9E3779B97F4A7C15) & MASK)
        z = (z ^ z >> numpy.uint64(30)) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> numpy.uint64(27)) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    return (z >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-53


def is_weight(parameter):
    """Norms and biases have one dimension; here is nothing with tokens."""
    return parameter.dim() > 1


def main():
    spec = importlib.util.spec_from_file_location("exported", sys.argv[1])
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    network = exported.Network().double().train()

    values, k = [], 0
    for name in network.parameter_order:
        parameter = network.get_parameter(name)
        count = parameter.numel()
        if is_weight(parameter):
            fan_in = count / parameter.size(0)
            values.append((6 / fan_in) ** 0.5 * (2 * uniform(k, count) - 1))
            k += 1
        else:
            values.append(numpy.full(count, 1.0 if name.endswith("weight") else 0.0))
    network.load_values(numpy.concatenate(values))

    example = exported.example_input(int(sys.argv[2]))
    images = uniform(0x1000000 + 1, 12 * example.numel()).reshape(-1, 12).sum(1) - 6
    logits = network(torch.from_numpy(images).view_as(example))
    labels = torch.arange(len(logits)) % logits.size(1)
    torch.nn.functional.cross_entropy(logits, labels).backward()

    weights = [network.get_parameter(name) for name in network.parameter_order]
    weights = [weight for weight in weights if is_weight(weight) and weight.grad is not None]
    grad_norm = sum(weight.grad.norm() for weight in weights)
    snip = sum((weight * weight.grad).abs().sum() for weight in weights)
    plain = sum((weight * weight.grad).sum() for weight in weights)
    print(*(repr(score.item()) for score in (grad_norm, snip, plain)), sep=",")


main()
