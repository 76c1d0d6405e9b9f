# SPDX-License-Identifier: MIT
"""PyTorch: eager with batch normalisation folded and channels_last, or that in bfloat16; or scripted, or compiled."""

import torch

import driver
import torch_network

arguments = driver.arguments()
golden = driver.Golden(arguments.data, arguments.network)
torch.set_num_threads(arguments.threads)
torch.set_grad_enabled(False)
x = torch.from_numpy(golden.batch(arguments.batch)).permute(0, 3, 1, 2).contiguous()
model, x = torch_network.prepared(arguments.network, arguments.weights, arguments.variant, x)
if arguments.variant == "bfloat16":
    model, x = model.bfloat16(), x.bfloat16()
for _ in range(3):
    y = model(x)
error = golden.difference(y.permute(0, 2, 3, 1).float().numpy())
driver.serve(torch.__version__.split("+")[0], f"error {error:.1e}", lambda: model(x), arguments.batch)
