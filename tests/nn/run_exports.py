"""Compares the exported source NAME.py and TorchScript NAME.pt of a folder with what our executor yields: NAME.params, NAME.input and, with
batch statistics and with running ones, NAME.batch and NAME.running, all float64 in this machine's byte order."""
import importlib.util
import pathlib
import sys

import numpy
import torch


def check(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    read = lambda name: torch.from_numpy(numpy.fromfile(path.with_suffix(name)))
    example = exported.example_input(4)
    x = read(".input").view_as(example).to(example.dtype)
    for name in (".running", ".batch"):
        network = exported.Network().double()
        network.load_values(read(".params"))
        for module in network, torch.jit.load(path.with_suffix(".pt")).double():
            with torch.no_grad():
                output = module.train(name == ".batch")(x if x.dtype == torch.int64 else x.double())
            expected = read(name).view_as(output)
            difference = ((output - expected).abs().max() / expected.abs().max()).item()
            # LibTorch's hard swish multiplies by a sixth in float32, ours does not, and batch norms of few images magnify
            # that.
            assert difference < 1e-5, (name, difference)


def main():
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
