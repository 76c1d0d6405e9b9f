# SPDX-License-Identifier: MIT
"""Where PyTorch computes, and how precisely there."""

import torch


def chosen(arguments):
    """The device, and a function that waits for it."""
    torch.set_num_threads(arguments.threads)
    if arguments.device == "cpu":
        return torch.device("cpu"), lambda: None
    tf32 = "tf32" in arguments.variant.split()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    return torch.device(arguments.device), torch.cuda.synchronize
