"""The reference packages, as far as they need help to be imported, and seeded models of theirs."""

import torch

# torchvision expects operators that its compiled part declares, and that part is built for
# one torch alone. open_clip uses nothing of it, so declaring them is enough to import it.
_torchvision = torch.library.Library("torchvision", "DEF")
_torchvision.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
_torchvision.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
