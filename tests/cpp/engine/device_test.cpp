#include "engine/device.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace img2prompt {
namespace {

TEST_CASE("Devices are read by name, and an unknown one is refused with what is accepted") {
  CHECK(parse_device("cpu").is_cpu());
  CHECK_NOTHROW(parse_device("auto"));
  for (const char* name : {"", "gpu", "CPU", "cud", "cuda:", "cuda:x", "cuda:-1", "cuda1", "mps:0"})
    CHECK_THROWS_WITH_AS(parse_device(name), doctest::Contains("is accepted"), InvalidArgument);
  CHECK_THROWS_WITH_AS(parse_device("cuda:999"), doctest::Contains("CUDA devices here"),
                       InvalidArgument);
}

TEST_CASE("Number types follow the device where they are left to it") {
  const at::Device cpu = at::kCPU, cuda(at::kCUDA, 0);
  CHECK((parse_dtype("auto", cpu) == at::kFloat));
  CHECK((parse_dtype("auto", cuda) == at::kHalf));
  CHECK((parse_dtype("float32", cuda) == at::kFloat));
  CHECK((parse_dtype("bfloat16", cpu) == at::kBFloat16));
  CHECK_THROWS_WITH_AS(parse_dtype("float16", cpu), doctest::Contains("needs a GPU"),
                       InvalidArgument);
  CHECK_THROWS_WITH_AS(parse_dtype("half", cuda), doctest::Contains("is accepted"),
                       InvalidArgument);
}

}  // namespace
}  // namespace img2prompt
