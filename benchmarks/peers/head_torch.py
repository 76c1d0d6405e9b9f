# SPDX-License-Identifier: MIT
"""The head's training step in PyTorch: eager, with the optimizer's loop over tensors in one call (foreach), or compiled."""

import torch
from torch import nn

import driver
import torch_device

arguments = driver.arguments()
device, wait = torch_device.chosen(arguments)
torch.manual_seed(0)
X, Y = (torch.from_numpy(v).to(device) for v in driver.head_batches(arguments.data, arguments.batch))
model = nn.Sequential(nn.Linear(7 * 7 * 768, 1024), nn.ReLU(), nn.Dropout(0.2), nn.Linear(1024, 1)).to(device)
loss_of = nn.BCEWithLogitsLoss()
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-4, alpha=0.9, eps=1e-7,
                                foreach="foreach" in arguments.variant)
steps = 0


def gradients(x, y):
    loss = loss_of(model(x), y)
    loss.backward()
    return loss


update = optimizer.step
if "compiled" in arguments.variant:
    gradients, update = torch.compile(gradients), torch.compile(update)


def step():
    global steps
    optimizer.zero_grad()
    gradients(X[steps % len(X)], Y[steps % len(Y)])
    update()
    wait()
    steps += 1


for _ in range(5):
    step()
driver.serve(torch.__version__.split("+")[0], "", step)
