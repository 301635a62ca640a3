"""grad_norm, snip, plain, grad_norm:all and params of modules that make_models.py wrote, by PyTorch's own autograd on
their own weights and on the reference rule's images and labels (nn/reference.h): model_gradients.py BATCH FILE.pt ...
A line for each file: its name and the scores, with commas between."""
import pathlib
import sys

import numpy
import torch

import make_models

MASK = (1 << 64) - 1
KINDS = {"resnet": make_models.ResNet, "mobilenet": make_models.MobileNet, "vit": make_models.VisionTransformer,
         "vgg": make_models.Vgg, "shufflenet": make_models.ShuffleNet}


def uniform(k, count):
    """u(k, i) for the first `count` values of i."""
    with numpy.errstate(over="ignore"):
        z = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(((k << 32) + 0x9E3779B97F4A7C15) & MASK)
        z = (z ^ z >> numpy.uint64(30)) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> numpy.uint64(27)) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    return (z >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-53


def scores(path, batch):
    network = KINDS[path.stem.split("_")[0]]().double().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.train()  # the batch's statistics, and no dropout
    network.load_state_dict({name: value.double() if value.is_floating_point() else value
                             for name, value in torch.jit.load(str(path)).state_dict().items()})
    images = uniform(0x1000000 + 1, 12 * batch * 3 * 32 * 32).reshape(-1, 12).sum(1) - 6
    logits = network(torch.from_numpy(images).view(batch, 3, 32, 32))
    torch.nn.functional.cross_entropy(logits, torch.arange(batch) % logits.size(1)).backward()
    layers = [module for module in network.modules() if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear))]
    weights = [layer.weight for layer in layers]
    return (sum(w.grad.norm() for w in weights), sum((w * w.grad).abs().sum() for w in weights),
            sum((w * w.grad).sum() for w in weights),
            torch.cat([p.grad.flatten() for p in network.parameters()]).norm(),
            torch.tensor(sum(p.numel() for p in network.parameters())))


def main():
    torch.set_num_threads(1)
    for path in map(pathlib.Path, sys.argv[2:]):
        print(path.name, *(repr(score.item()) for score in scores(path, int(sys.argv[1]))), sep=",")


main()
