// The engine on a device that is not the CPU: the ways that CUDA and MPS take, executed here on a
// stand-in with memory of a set size.
#include <ATen/Parallel.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "../difference.h"
#include "base/error.h"
#include "demo_models.h"
#include "engine/interrogator.h"
#include "fake_accelerator.h"
#include "image/decode.h"

using namespace img2prompt;

namespace {

// Products this small only lose by being shared out.
const bool kOneThread = (at::set_num_threads(1), true);

const at::Device kHere(c10::kPrivateUse1, 0);

// Features have length 1. float32: other orders of summing. float16: 11 bits a step over a few
// layers.
constexpr double kTolerance = 5e-6, kHalfCosine = 0.9995;

Image demo_picture() { return read_image(kDemo + "picture.png"); }

// Parts of the demo picture: different things to see.
std::vector<Image> pictures(int count) {
  std::vector<Image> all;
  for (int i = 0; i < count; ++i) {
    Image image = demo_picture();
    const int rows = image.height / 2 + i * image.height / (2 * count + 2);
    image.pixels.resize(static_cast<size_t>(rows) * image.width * 3);
    image.height = rows;
    all.push_back(std::move(image));
  }
  return all;
}

std::vector<std::string> texts() {
  std::vector<std::string> all;
  for (const char* shape : {"heart", "cross", "circle", "star", "yellow heart above a green cross"})
    for (const char* ground :
         {"on a yellow background", "with dots", "", "by Mira Tolven", "sharp"})
      all.push_back(std::string("a ") + shape + " " + ground);
  return all;
}

std::vector<std::string> captions(Captioner& captioner, const std::vector<Image>& of, int beams,
                                  const Progress& progress = {}) {
  CaptionOptions options;
  options.num_beams = beams;
  return captioner.caption([&](size_t i) { return of[i]; }, of.size(), options, progress);
}

double least_cosine(const at::Tensor& a, const at::Tensor& b) {
  return a.mul(b).sum(-1).min().item<double>();
}

DeviceMemory counted_memory() {
  return {[](const std::string&) {
            return std::optional<int64_t>(fake::memory().limit - fake::memory().used);
          },
          [](const std::string&) {}};
}

std::shared_ptr<Residency> residency(DeviceBudget::Kind kind, int64_t bytes = 0) {
  return std::make_shared<Residency>(DeviceBudget{kind, bytes}, counted_memory());
}

}  // namespace

TEST_CASE("The stand-in refuses what a real device would") {
  fake::memory().start();
  const at::Tensor here = at::ones({2, 3}).to(kHere);
  CHECK(here.add(here).cpu().sum().item<float>() == 12);
  CHECK_THROWS_AS(here.add(at::ones({2, 3})), c10::Error);
  CHECK_THROWS_WITH(here.index_select(0, at::zeros({1}, at::kLong)),
                    doctest::Contains("others are on the accelerator"));
  fake::memory().start(fake::memory().used + 100);
  CHECK_THROWS_AS(at::ones({26}).to(kHere), c10::OutOfMemoryError);
  CHECK_NOTHROW(at::ones({25}).to(kHere));
}

TEST_CASE("CLIP on a device equals CLIP on the CPU, in float32 and closely in float16") {
  fake::memory().start();
  auto cpu = demo_clip(at::kCPU);
  const at::Tensor text = cpu->encode_text(texts()), image = cpu->encode_images(pictures(3));
  {
    auto here = demo_clip(kHere);
    CHECK(fake::memory().used == 0);  // nothing is loaded before it is needed
    CHECK(difference(here->encode_text(texts()), text) < kTolerance);
    CHECK(difference(here->encode_images(pictures(3)), image) < kTolerance);
    TextEncodingOptions padded;
    padded.padded = true;
    CHECK(difference(here->encode_text(texts(), {}, padded), text) < kTolerance);
    TextEncodingOptions small;
    small.max_nodes = 20;
    CHECK(difference(here->encode_text(texts(), {}, small), text) < kTolerance);
  }
  CHECK(fake::memory().used == 0);
  auto half = demo_clip(kHere, at::kHalf);
  CHECK(least_cosine(half->encode_text(texts()), text) > kHalfCosine);
  CHECK(least_cosine(half->encode_images(pictures(3)), image) > kHalfCosine);
  // Features that are close because all are alike would prove nothing.
  CHECK(least_cosine(text, text.roll(1, 0)) < 0.95);
}

TEST_CASE("Captions on a device equal the CPU's: greedy, beams, and sampling by seed") {
  fake::memory().start();
  auto cpu = demo_captioner(at::kCPU), here = demo_captioner(kHere),
       half = demo_captioner(kHere, at::kHalf);
  const std::vector<Image> some = pictures(4);
  for (int beams : {1, 3, 10}) {
    CAPTURE(beams);
    const std::vector<std::string> want = captions(*cpu, some, beams);
    CHECK(captions(*here, some, beams) == want);
    CHECK(captions(*half, some, beams).size() == want.size());
  }
  CHECK(captions(*half, some, 1) == captions(*cpu, some, 1));
  CaptionOptions sampled;
  sampled.top_p = 0.9;
  sampled.seed = 7;
  auto source = [&](size_t i) { return some[i]; };
  CHECK(here->caption(source, some.size(), sampled, {}) ==
        cpu->caption(source, some.size(), sampled, {}));
}

TEST_CASE("What models say they hold is what the device counts, and unloading gives it back") {
  fake::memory().start();
  auto clip = demo_clip(kHere, at::kHalf);
  auto captioner = demo_captioner(kHere);
  clip->encode_text(texts());
  CHECK(clip->memory()[0].held_bytes == fake::memory().used);
  CHECK(clip->memory()[0].mapped_bytes == 0);
  clip->encode_images(pictures(1));
  captions(*captioner, pictures(1), 1);
  const int64_t held = clip->memory()[0].held_bytes + clip->memory()[1].held_bytes +
                       captioner->memory()[0].held_bytes;
  CHECK(held == fake::memory().used);
  CHECK(captioner->memory()[0].needed_bytes == captioner->memory()[0].held_bytes);
  CHECK(captioner->memory()[0].device == "privateuseone:0");
  captioner->unload();
  CHECK(fake::memory().used == held - captioner->memory()[0].needed_bytes);
  clip->unload();
  CHECK(fake::memory().used == 0);
}

TEST_CASE("Work keeps to the bytes that it plans with") {
  auto clip = demo_clip(kHere);
  auto captioner = demo_captioner(kHere);
  const std::vector<Image> some = pictures(8);
  std::vector<std::string> many;
  for (const std::string& text : texts())
    for (int i = 0; i < 40; ++i) many.push_back(text + " " + std::to_string(i));
  const at::Tensor want = demo_clip(at::kCPU)->encode_text(many);
  const std::vector<std::string> want_captions = captions(*demo_captioner(at::kCPU), some, 3);

  fake::memory().start();
  clip->encode_text(many);
  const int64_t unlimited = fake::memory().most_used;
  for (int64_t room : {2, 4, 8}) {
    CAPTURE(room);
    const int64_t budget = clip->memory()[0].needed_bytes + (room << 20);
    clip->join(residency(DeviceBudget::Kind::kBytes, budget));
    fake::memory().start(budget);  // one byte more fails
    CHECK(difference(clip->encode_text(many), want) < kTolerance);
    CHECK(fake::memory().most_used < unlimited);
  }
  clip->unload();
  for (int64_t room : {3, 6, 12}) {
    CAPTURE(room);
    const int64_t budget = captioner->memory()[0].needed_bytes + (room << 20);
    captioner->join(residency(DeviceBudget::Kind::kBytes, budget));
    fake::memory().start(budget);
    CHECK(captions(*captioner, some, 3) == want_captions);
  }
}

TEST_CASE("Whatever allocation fails first, the second try gives the same answer") {
  fake::memory().start();
  auto clip = demo_clip(kHere);
  auto captioner = demo_captioner(kHere);
  const std::vector<Image> some = pictures(4);
  const at::Tensor text = clip->encode_text(texts()), image = clip->encode_images(some);
  const std::vector<std::string> written = captions(*captioner, some, 2);
  fake::memory().start();
  clip->encode_text(texts());
  const int64_t allocations = fake::memory().allocations;
  REQUIRE(allocations > 40);
  for (int64_t failing = 1; failing <= allocations; failing += allocations / 6) {
    CAPTURE(failing);
    fake::memory().start();
    fake::memory().failing = failing;
    CHECK(difference(clip->encode_text(texts()), text) < kTolerance);
    fake::memory().start();
    fake::memory().failing = failing;
    CHECK(difference(clip->encode_images(some), image) < kTolerance);
    fake::memory().start();
    fake::memory().failing = failing;
    CHECK(captions(*captioner, some, 2) == written);
  }
}

TEST_CASE("Memory that is too small twice is told with the device, and leaves all usable") {
  fake::memory().start();
  auto clip = demo_clip(kHere);
  auto captioner = demo_captioner(kHere);
  const std::vector<Image> some = pictures(2);
  const at::Tensor text = clip->encode_text(texts());
  const std::vector<std::string> written = captions(*captioner, some, 1);
  const int64_t used = fake::memory().used;
  fake::memory().start(used + 1000);
  CHECK_THROWS_WITH_AS(clip->encode_text(texts()),
                       doctest::Contains("privateuseone:0: fake accelerator out of memory"),
                       OutOfDeviceMemory);
  CHECK_THROWS_AS(captions(*captioner, some, 1), OutOfDeviceMemory);
  CHECK(fake::memory().used == used);  // nothing of the failed work is left
  fake::memory().start();
  CHECK(difference(clip->encode_text(texts()), text) == 0);
  CHECK(captions(*captioner, some, 1) == written);
}

TEST_CASE("An allocation that fails while weights are loaded is tried again") {
  fake::memory().start();
  auto clip = demo_clip(kHere);
  const at::Tensor text = clip->encode_text(texts());
  for (int64_t failing : {1, 5, 20}) {
    clip->unload();
    fake::memory().start();
    fake::memory().failing = failing;
    CHECK(difference(clip->encode_text(texts()), text) == 0);
  }
}

TEST_CASE("Weights that do not fit are told too, and the next call tries again") {
  fake::memory().start();
  auto clip = demo_clip(kHere);
  fake::memory().start(clip->memory()[0].needed_bytes / 2);
  CHECK_THROWS_AS(clip->encode_text(texts()), OutOfDeviceMemory);
  CHECK(clip->memory()[0].held_bytes == 0);
  CHECK(fake::memory().used == 0);
  fake::memory().start();
  CHECK_NOTHROW(clip->encode_text(texts()));
}

TEST_CASE("An interrogator's models take turns on a device that cannot hold them all") {
  fake::memory().start();
  InterrogatorOptions options;
  options.labels = {{"mediums", "", {"a paper collage", "a neon sign", "a mosaic"}},
                    {"artists", "", {"Mira Tolven", "Juno Salt"}},
                    {"movements", "", {"dotism", "gridism"}},
                    {"flavors", "", {"polka dots", "sharp and clean", "paper shadows", "pexels"}}};
  InterrogateOptions best;
  best.mode = "best";
  Interrogator cpu(demo_clip(at::kCPU), demo_captioner(at::kCPU), options);
  const Interrogation want = cpu.interrogate(demo_picture(), best, {});

  auto clip = demo_clip(kHere);
  auto captioner = demo_captioner(kHere);
  int64_t largest = captioner->memory()[0].needed_bytes, all = largest;
  for (const HeldMemory& tower : clip->memory()) {
    largest = std::max(largest, tower.needed_bytes);
    all += tower.needed_bytes;
  }
  const int64_t budget = largest + (6 << 20);
  REQUIRE(budget < all);
  for (auto kind : {DeviceBudget::Kind::kBytes, DeviceBudget::Kind::kFree}) {
    CAPTURE(int(kind));
    options.residency = residency(kind, budget);
    Interrogator here(clip, captioner, options);
    here.unload();
    fake::memory().start(budget);
    const Interrogation got = here.interrogate(demo_picture(), best, {});
    CHECK(got.prompt == want.prompt);
    CHECK(got.score == doctest::Approx(want.score).epsilon(1e-4));
    int loaded = 0;
    for (const HeldMemory& model : options.residency->memory()) loaded += model.held_bytes > 0;
    CHECK(loaded < 3);
    here.unload();
    CHECK(fake::memory().used == 0);
  }
}

TEST_CASE("Cancelled work leaves nothing on the device") {
  fake::memory().start();
  auto captioner = demo_captioner(kHere);
  captions(*captioner, pictures(1), 1);
  const int64_t used = fake::memory().used;
  int looks = 0;
  CHECK_THROWS_AS(captions(*captioner, pictures(3), 2, {nullptr, [&] { return ++looks > 9; }}),
                  Cancelled);
  CHECK(fake::memory().used == used);
}
