# SPDX-License-Identifier: MIT
"""Inception v3 up to mixed7 as a PyTorch module."""

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

import inception


class Inception(nn.Module):
    """images (batch, 3, 150, 150) -> mixed7 (batch, 768, 7, 7); `folded` takes batch normalisation into the convolutions."""

    def __init__(self, weights, folded):
        super().__init__()
        self.operations = inception.operations()
        self.convolutions, self.norms = nn.ModuleDict(), nn.ModuleDict()
        folded_weights = inception.fold(weights)
        tensor = lambda array: torch.from_numpy(np.ascontiguousarray(array))
        for kind, name, _, layer in self.operations:
            if kind != "conv":
                continue
            number, inputs, outputs, height, width, stride, padded = layer
            convolution = nn.Conv2d(inputs, outputs, (height, width), stride,
                                    (height // 2, width // 2) if padded else 0, bias=folded)
            kernel, beta, mean, variance = weights[number]
            if folded:
                kernel, bias = folded_weights[number]
                convolution.bias.data = tensor(bias)
            else:
                norm = nn.BatchNorm2d(outputs, eps=inception.EPSILON)
                norm.bias.data, norm.running_mean, norm.running_var = tensor(beta), tensor(mean), tensor(variance)
                self.norms[name] = norm
            convolution.weight.data = tensor(kernel.transpose(3, 2, 0, 1))
            self.convolutions[name] = convolution
        self.eval().requires_grad_(False)

    def forward(self, x):
        values = {"x": x}
        for kind, name, source, _ in self.operations:
            if kind == "conv":
                y = self.convolutions[name](values[source])
                values[name] = F.relu(self.norms[name](y) if name in self.norms else y, inplace=True)
            elif kind == "max":
                values[name] = F.max_pool2d(values[source], 3, 2)
            elif kind == "average":
                values[name] = F.avg_pool2d(values[source], 3, 1, 1, count_include_pad=False)
            else:
                values[name] = torch.cat([values[s] for s in source], 1)
        return values["mixed7"]


def prepared(weights, variant, x):
    """(module, input) of a variant: eager, folded, channels_last; or scripted; or compiled. x is an example of the input."""
    if variant == "scripted":
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(Inception(weights, False), x))), x
    model = Inception(weights, True).to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
    if variant == "compiled":
        import torch._inductor.config as config
        config.freezing = True
        return torch.compile(model), x
    return model, x
