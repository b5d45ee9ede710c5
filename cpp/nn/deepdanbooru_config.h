// What a DeepDanbooru model is made of, as a card's "config" says it. Keys that it leaves out have
// the values of TorchDeepDanbooru's model-resnet_custom_v3.pt, the only weights published.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace img2prompt {

// A ResNet of bottleneck blocks (1x1, 3x3 with the group's stride, 1x1), batch norms folded in.
struct DeepDanbooruConfig {
  int64_t image_size = 512;  // pixels a side, a multiple of total_stride()
  int64_t stem_width = 64;   // channels after the first convolution, 7x7 with stride 2
  // One entry for each group of blocks. The first block of a group has the stride, and a 1x1
  // convolution as its shortcut, which is the shortcut_places-th of that block's four (0 to 3) in
  // the order of their names.
  std::vector<int64_t> blocks{3, 8, 20, 20, 3, 3};
  std::vector<int64_t> widths{64, 128, 256, 256, 512, 1024};  // channels within a block
  std::vector<int64_t> strides{1, 2, 2, 2, 2, 2};
  std::vector<int64_t> shortcut_places{0, 0, 0, 3, 0, 0};
  int64_t expansion = 4;  // channels between blocks = expansion * width
  int64_t tags = 9176;

  // Pixels of the picture for each place of the last map.
  int64_t total_stride() const;
};

// Throws ModelError "<source>: config.<key> is <value>, <what is accepted>".
DeepDanbooruConfig parse_deepdanbooru_config(const Json& card, const std::string& source);

}  // namespace img2prompt
