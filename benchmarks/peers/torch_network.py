# SPDX-License-Identifier: MIT
"""A network as a PyTorch module, with the weights of Keras' file."""

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

import network as networks


class Module(nn.Module):
    """images (batch, 3, rows, columns) -> the network's last result; `folded` takes batch normalisation into the
    convolutions."""

    def __init__(self, network, path, folded):
        super().__init__()
        self.operations = network.operations
        self.convolutions, self.norms = nn.ModuleDict(), nn.ModuleDict()
        weights = network.load(path)
        folded_weights = networks.fold(network.operations, weights)
        for o in network.operations:
            if not o.has_weights:
                continue
            top, left, bottom, right = o.pads
            padding = (top, left) if (top, left) == (bottom, right) else 0  # else the zeros are an operation of their own
            convolution = nn.Conv2d(o.inputs, o.channels, o.kernel, o.stride, padding, bias=folded,
                                    groups=1 if o.kind == "conv" else o.channels)
            kernel, gamma, beta, mean, variance = weights[o.name]
            if folded:
                kernel, bias = folded_weights[o.name]
                convolution.bias.data = torch.from_numpy(bias)
            else:
                norm = nn.BatchNorm2d(o.channels, eps=networks.EPSILON)
                norm.weight.data, norm.bias.data = torch.from_numpy(gamma), torch.from_numpy(beta)
                norm.running_mean, norm.running_var = torch.from_numpy(mean), torch.from_numpy(variance)
                self.norms[o.name] = norm
            convolution.weight.data = torch.from_numpy(networks.channels_first(o, kernel))
            self.convolutions[o.name] = convolution
        self.eval().requires_grad_(False)

    def forward(self, x):
        values = {"x": x}
        for o in self.operations:
            sources = [values[s] for s in o.sources]
            top, left, bottom, right = o.pads
            if o.has_weights:
                y = sources[0] if (top, left) == (bottom, right) else F.pad(sources[0], (left, right, top, bottom))
                y = self.convolutions[o.name](y)
                y = self.norms[o.name](y) if o.name in self.norms else y
                if o.activation:
                    y = F.relu(y, inplace=True) if o.activation == "relu" else F.relu6(y, inplace=True)
            elif o.kind == "max":
                y = F.max_pool2d(sources[0], 3, o.stride)
            elif o.kind == "average":
                y = F.avg_pool2d(sources[0], 3, o.stride, (top, left), count_include_pad=False)
            else:
                y = torch.cat(sources, 1) if o.kind == "concat" else sources[0] + sources[1]
            values[o.name] = y
        return y


def prepared(network, path, variant, x):
    """(module, input) of a variant: eager, folded, channels_last; or scripted; or compiled. x is an example of the input."""
    if variant == "scripted":
        module = Module(network, path, False).to(x.device)
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(module, x))), x
    model = Module(network, path, True).to(x.device, memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
    if variant == "compiled":
        import torch._inductor.config as config
        config.freezing = True
        return torch.compile(model), x
    return model, x
