# SPDX-License-Identifier: MIT
"""The whole job in PyTorch: a frozen Inception v3 (folded and channels_last, or scripted) runs in every epoch, as
tutorials have it; or `once`: features are computed once and kept, as graft does it."""

import pathlib
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import driver
import torch_device
import torch_network

BATCH = 20


class Folder(Dataset):
    def __init__(self, path):
        classes = sorted(p for p in pathlib.Path(path).iterdir() if p.is_dir())
        self.samples = [(file, label) for label, folder in enumerate(classes) for file in sorted(folder.iterdir())]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        file, label = self.samples[index]
        pixels = np.asarray(Image.open(file).convert("RGB").resize((150, 150), Image.NEAREST))
        return torch.from_numpy(pixels.transpose(2, 0, 1).astype(np.float32) / 255), torch.tensor([float(label)])


def main():
    start = time.perf_counter()
    arguments = driver.arguments()
    device, _ = torch_device.chosen(arguments)
    torch.manual_seed(42)
    variant = arguments.variant.split()[0]
    once = variant == "once"
    layout = torch.contiguous_format if variant == "scripted" else torch.channels_last
    with torch.no_grad():
        backbone, _ = torch_network.prepared(
            arguments.network, arguments.weights, "scripted" if variant == "scripted" else "folded",
            torch.zeros(BATCH, 3, 150, 150, device=device))

    def features(images):
        with torch.no_grad():
            return backbone(images.to(device).contiguous(memory_format=layout))

    def loader(part):
        return DataLoader(Folder(arguments.images / part), BATCH, shuffle=part == "train" and not once,
                          num_workers=arguments.threads, persistent_workers=not once)

    train, validation = loader("train"), loader("validation")
    if once:
        kept = [TensorDataset(*(torch.cat(v) for v in zip(*((features(x), y.to(device)) for x, y in part))))
                for part in (train, validation)]
        train, validation = DataLoader(kept[0], BATCH, shuffle=True), DataLoader(kept[1], BATCH)
    head = nn.Sequential(nn.Flatten(), nn.Linear(7 * 7 * 768, 1024), nn.ReLU(), nn.Dropout(0.2), nn.Linear(1024, 1)).to(device)
    loss_of = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.RMSprop(head.parameters(), lr=1e-4, alpha=0.9, eps=1e-7)
    for _ in range(arguments.epochs):
        head.train()
        for x, y in train:
            optimizer.zero_grad()
            loss_of(head(x if once else features(x)), y.to(device)).backward()
            optimizer.step()
        head.eval()
        right = 0
        with torch.no_grad():
            for x, y in validation:
                right += ((head(x if once else features(x)) > 0) == (y.to(device) > 0.5)).sum().item()
    print(f"job\t{time.perf_counter() - start:.2f}\t{right / len(validation.dataset):.4f}", flush=True)


if __name__ == "__main__":
    main()
