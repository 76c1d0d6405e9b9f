# SPDX-License-Identifier: MIT
"""PyTorch: eager with batch normalisation folded and channels_last, or that in bfloat16; or scripted, or compiled."""

import torch

import driver
import torch_device
import torch_network

arguments = driver.arguments()
golden = driver.Golden(arguments.data, arguments.network)
device, wait = torch_device.chosen(arguments)
torch.set_grad_enabled(False)
x = torch.from_numpy(golden.batch(arguments.batch)).permute(0, 3, 1, 2).contiguous().to(device)
variant = arguments.variant.split()[0]
model, x = torch_network.prepared(arguments.network, arguments.weights, variant, x)
if variant == "bfloat16":
    model, x = model.bfloat16(), x.bfloat16()
for _ in range(3):
    y = model(x)
error = golden.difference(y.permute(0, 2, 3, 1).float().cpu().numpy())


def work():
    model(x)
    wait()


driver.serve(torch.__version__.split("+")[0], f"error {error:.1e}", work, arguments.batch)
