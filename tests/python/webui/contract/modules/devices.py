import torch

device = cpu = torch.device("cpu")


def get_optimal_device() -> torch.device:
    return device


def torch_gc() -> None:
    pass
