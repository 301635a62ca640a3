"""Writes TorchScript modules of the usual kinds into a folder, each scripted and traced: make_models.py FOLDER"""
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    """resnet18's order of operators, narrower."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        widths = [8, 8, 16, 24, 32]
        for stage in range(4):
            stride = 1 if stage == 0 else 2
            blocks = Block(widths[stage], widths[stage + 1], stride), Block(widths[stage + 1], widths[stage + 1], 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        return F.hardsigmoid(self.fc2(F.relu(self.fc1(self.avgpool(x))))) * x


class InvertedResidual(nn.Module):
    def __init__(self, inputs, expanded, outputs, kernel, stride, excites, activation):
        super().__init__()
        norm = lambda channels: nn.BatchNorm2d(channels, eps=0.001, momentum=0.01)
        layers = [nn.Conv2d(inputs, expanded, 1, bias=False), norm(expanded), activation()]
        layers += [nn.Conv2d(expanded, expanded, kernel, stride, kernel // 2, groups=expanded, bias=False),
                   norm(expanded), activation()]
        if excites:
            layers.append(SqueezeExcitation(expanded, expanded // 4))
        layers += [nn.Conv2d(expanded, outputs, 1, bias=False), norm(outputs)]
        self.block = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.block(x)
        if self.residual:
            y += x
        return y


class MobileNet(nn.Module):
    """mobilenet_v3's operators: depthwise convolutions, squeeze and excitation, hard swish, another epsilon."""

    def __init__(self):
        super().__init__()
        swish = lambda: nn.Hardswish(inplace=True)
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8, eps=0.001), swish(),
            InvertedResidual(8, 16, 8, 3, 1, False, nn.ReLU6),
            InvertedResidual(8, 24, 16, 5, 2, True, swish),
            InvertedResidual(16, 48, 16, 5, 1, True, swish),
            InvertedResidual(16, 48, 16, 3, 1, False, nn.SiLU),
        )
        self.classifier = nn.Sequential(nn.Linear(16, 32), swish(), nn.Dropout(0.2), nn.Linear(32, 10))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class Attention(nn.Module):
    """One layer for queries, keys and values, as ViT's authors write it."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        scores = ((q @ k.transpose(-2, -1)) * self.scale).softmax(dim=-1)
        return self.proj((scores @ v).transpose(1, 2).reshape(batch, tokens, width))


class Encoder(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, 8)
        self.class_token = nn.Parameter(torch.randn(1, 1, 16))
        self.positions = nn.Parameter(torch.randn(1, 17, 16))
        self.blocks = nn.ModuleList([Encoder(16, 4), Encoder(16, 2)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class TextTransformer(nn.Module):
    """PyTorch's own encoder layers on words."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(50, 16)
        self.positions = nn.Embedding(12, 16)
        layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.1, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.words(x) + self.positions(torch.arange(x.shape[1]))
        return self.head(self.encoder(x).mean(1))


class Vgg(nn.Module):
    """Biases, a map flattened into a vector, a leaky ReLU."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3, padding="same"),
            nn.LeakyReLU(), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(4))
        self.classifier = nn.Sequential(nn.Linear(12 * 16, 24), nn.BatchNorm1d(24), nn.Tanh(), nn.Linear(24, 10))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class ShuffleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1, bias=False)
        self.branch = nn.Sequential(nn.Conv2d(4, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
        self.grouped = nn.Conv2d(8, 8, 3, 2, 1, groups=2)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        for turn in range(2):
            x = self.stem(x) if turn == 0 else self.grouped(x)
        x1, x2 = x.chunk(2, dim=1)
        x = torch.cat([x1, self.branch(x2)], dim=1)
        batch, channels, height, width = x.size()
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view(batch, -1, height, width)
        return self.fc(x.mean([2, 3]))


class Rolling(nn.Module):
    """An operator that no operator graph has."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        x = torch.roll(self.conv(x), 1, 2)
        return self.fc(x.mean([2, 3]))


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(1)
    torch.set_num_threads(1)
    images = torch.randn(2, 3, 32, 32)
    words = torch.randint(50, (2, 12))
    kinds = {"resnet": ResNet, "mobilenet": MobileNet, "vit": VisionTransformer, "vgg": Vgg, "shufflenet": ShuffleNet,
             "rolling": Rolling, "text": TextTransformer}
    for name, kind in kinds.items():
        model = kind().eval()
        with torch.no_grad():  # nothing may stay 0 or 1, where a mistake does not show
            for parameter in model.parameters():
                if parameter.dim() == 1:
                    parameter.add_(0.2 * torch.randn_like(parameter))
        torch.jit.script(model).save(str(folder / f"{name}_scripted.pt"))
        traced = torch.jit.trace(model, words if name == "text" else images, check_trace=False)
        traced.save(str(folder / f"{name}_traced.pt"))
    torch.jit.freeze(torch.jit.script(kinds["vgg"]().eval())).save(str(folder / "frozen.pt"))


if __name__ == "__main__":
    main()
