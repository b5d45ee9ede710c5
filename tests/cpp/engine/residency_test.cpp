// The rules by which models take turns, on models that only count bytes.
#include "engine/residency.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

using namespace img2prompt;

namespace {

using Kind = DeviceBudget::Kind;
constexpr int64_t kMega = int64_t{1} << 20;

// A device of so many bytes. Others may take some of them.
struct FakeDevice {
  int64_t capacity = 1000 * kMega, used = 0, most_used = 0;
  int caches_emptied = 0;
  std::vector<std::string> events;

  DeviceMemory functions() {
    return {[this](const std::string&) { return std::optional<int64_t>(capacity - used); },
            [this](const std::string&) { ++caches_emptied; }};
  }
};

struct FakeModel {
  FakeModel(FakeDevice& on, std::string name, int64_t bytes, int64_t work = 0,
            std::string where = "fake:0")
      : device(on),
        resident(name, where, {bytes, work},
                 {[this, name, bytes](const Progress& progress) {
                    progress.check();
                    device.used += bytes;
                    device.most_used = std::max(device.most_used, device.used);
                    device.events.push_back("+" + name);
                    return Resident::Held{bytes, 0};
                  },
                  [this, name, bytes] {
                    device.used -= bytes;
                    device.events.push_back("-" + name);
                  }}) {}

  bool is_there() const { return resident.memory().held_bytes > 0; }

  FakeDevice& device;
  Resident resident;
};

// Three models that share a budget.
struct Three {
  explicit Three(DeviceBudget budget)
      : residency(std::make_shared<Residency>(budget, device.functions())) {
    for (FakeModel* model : {&a, &b, &c}) model->resident.join(residency, {});
  }
  std::string there() const {
    return std::string(a.is_there() ? "a" : "") + (b.is_there() ? "b" : "") +
           (c.is_there() ? "c" : "");
  }

  FakeDevice device;
  std::shared_ptr<Residency> residency;
  FakeModel a{device, "a", 300 * kMega, 10 * kMega}, b{device, "b", 400 * kMega, 10 * kMega},
      c{device, "c", 350 * kMega, 10 * kMega};
};

}  // namespace

TEST_CASE("Without a limit models stay once they were called") {
  Three three({});
  CHECK(three.there() == "");
  for (int round = 0; round < 2; ++round)
    for (FakeModel* model : {&three.a, &three.b, &three.c}) {
      const Resident::Visit visit = model->resident.visit({});
      CHECK_FALSE(visit.room());
    }
  CHECK(three.there() == "abc");
  CHECK(three.device.events == std::vector<std::string>{"+a", "+b", "+c"});
}

TEST_CASE("Under a budget the model that was called longest ago leaves first") {
  Three three({Kind::kBytes, 800 * kMega});
  three.a.resident.visit({});
  three.b.resident.visit({});
  CHECK(three.there() == "ab");
  three.a.resident.visit({});  // now b was called longer ago
  three.c.resident.visit({});
  CHECK(three.there() == "ac");
  CHECK(three.device.caches_emptied == 1);
  three.b.resident.visit({});
  CHECK(three.there() == "bc");
  CHECK(three.device.most_used == 750 * kMega);
  CHECK(three.device.events == std::vector<std::string>{"+a", "+b", "-b", "+c", "-a", "+b"});
}

TEST_CASE("The budget counts the memory to work in, and tells the work what is left") {
  Three three({Kind::kBytes, 705 * kMega});
  three.a.resident.visit({});
  {
    // a and b fit, but not the 10 MiB that b needs to work.
    const Resident::Visit visit = three.b.resident.visit({});
    CHECK(three.there() == "b");
    CHECK(visit.room() == 305 * kMega);
  }
  Three wider({Kind::kBytes, 710 * kMega});
  wider.a.resident.visit({});
  const Resident::Visit visit = wider.b.resident.visit({});
  CHECK(wider.there() == "ab");
  CHECK(visit.room() == 10 * kMega);
}

TEST_CASE("A model that exceeds the budget alone is refused with both sizes and what to do") {
  Three three({Kind::kBytes, 320 * kMega});
  three.a.resident.visit({});
  CHECK_THROWS_WITH_AS(three.b.resident.visit({}),
                       "b takes 400 MiB on fake:0 and 10 MiB more to work, the budget is 320 MiB: "
                       "raise it, or take a smaller model or device \"cpu\"",
                       OutOfDeviceMemory);
  CHECK_NOTHROW(three.a.resident.visit({}));
}

TEST_CASE("A measured budget follows what others leave free") {
  Three three({Kind::kFree, 0});
  for (FakeModel* model : {&three.a, &three.b}) model->resident.visit({});
  CHECK(three.there() == "ab");
  {
    const Resident::Visit visit = three.b.resident.visit({});
    CHECK(visit.room() == 225 * kMega);  // three quarters of the 300 MiB that are free
  }
  three.device.used += 200 * kMega;  // someone else's
  three.c.resident.visit({});
  CHECK(three.there() == "bc");
  three.device.used += 290 * kMega;
  three.a.resident.visit({});
  CHECK(three.there() == "a");
}

TEST_CASE("What is measured never refuses: the allocator has the last word") {
  Three three({Kind::kFree, 0});
  three.device.used = 900 * kMega;
  const Resident::Visit visit = three.b.resident.visit({});
  CHECK(three.there() == "b");
  CHECK(visit.room() == 10 * kMega);
}

TEST_CASE("Where a device does not tell what is free, nothing is limited") {
  FakeDevice device;
  DeviceMemory silent{[](const std::string&) { return std::optional<int64_t>(); },
                      [](const std::string&) {}};
  auto residency = std::make_shared<Residency>(DeviceBudget{Kind::kFree, 0}, silent);
  FakeModel a(device, "a", 700 * kMega), b(device, "b", 700 * kMega);
  for (FakeModel* model : {&a, &b}) {
    model->resident.join(residency, {});
    CHECK_FALSE(model->resident.visit({}).room());
  }
  CHECK(device.used == 1400 * kMega);
}

TEST_CASE("The least budget keeps one model at a time") {
  Three three({Kind::kLeast, 0});
  three.a.resident.visit({});
  three.a.resident.visit({});
  CHECK(three.there() == "a");
  const Resident::Visit visit = three.c.resident.visit({});
  CHECK(three.there() == "c");
  CHECK(visit.room() == 32 * kMega);
  CHECK(three.device.most_used == 350 * kMega);
}

TEST_CASE("Models on another device have a budget of their own") {
  FakeDevice device;
  auto residency =
      std::make_shared<Residency>(DeviceBudget{Kind::kBytes, 500 * kMega}, device.functions());
  FakeModel a(device, "a", 400 * kMega), b(device, "b", 400 * kMega, 0, "cpu");
  for (FakeModel* model : {&a, &b}) {
    model->resident.join(residency, {});
    model->resident.visit({});
  }
  CHECK(a.is_there());
  CHECK(b.is_there());
}

TEST_CASE("Unloading drops the weights, empties the cache, and the next visit loads again") {
  Three three({});
  three.a.resident.unload({});
  CHECK(three.device.caches_emptied == 0);  // there was nothing
  three.a.resident.visit({});
  three.a.resident.unload({});
  CHECK_FALSE(three.a.is_there());
  CHECK(three.device.caches_emptied == 1);
  three.a.resident.visit({});
  CHECK(three.device.events == std::vector<std::string>{"+a", "-a", "+a"});
}

TEST_CASE("Memory is reported for every model in the order in which they joined") {
  Three three({});
  three.b.resident.visit({});
  const std::vector<HeldMemory> all = three.residency->memory();
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "a");
  CHECK(all[0].needed_bytes == 300 * kMega);
  CHECK(all[0].held_bytes == 0);
  CHECK(all[1].name == "b");
  CHECK(all[1].device == "fake:0");
  CHECK(all[1].held_bytes == 400 * kMega);
}

TEST_CASE("A load that fails or is cancelled leaves the model as it was") {
  Three three({Kind::kBytes, 800 * kMega});
  CHECK_THROWS_AS(three.a.resident.visit({nullptr, [] { return true; }}), Cancelled);
  CHECK_FALSE(three.a.is_there());
  CHECK_NOTHROW(three.a.resident.visit({}));
  CHECK(three.device.used == 300 * kMega);
}

TEST_CASE("A load that finds no memory is tried once more, with the device cleared") {
  FakeDevice device;
  auto residency =
      std::make_shared<Residency>(DeviceBudget{Kind::kBytes, 2000 * kMega}, device.functions());
  FakeModel other(device, "other", kMega);
  int loads = 0, failures = 1;
  Resident resident("a", "fake:0", {kMega, 0},
                    {[&](const Progress&) {
                       if (++loads <= failures) throw OutOfDeviceMemory("full");
                       return Resident::Held{kMega, 0};
                     },
                     [] {}});
  for (Resident* model : {&other.resident, &resident}) model->join(residency, {});
  other.resident.visit({});
  CHECK_NOTHROW(resident.visit({}));
  CHECK(loads == 2);
  CHECK_FALSE(other.is_there());
  resident.unload({});
  loads = 0, failures = 2;
  CHECK_THROWS_WITH_AS(resident.visit({}), "full", OutOfDeviceMemory);
  CHECK(loads == 2);
  CHECK_NOTHROW(resident.visit({}));
}

TEST_CASE("What has become stale is loaded again before it is used") {
  bool stale = false;
  int loads = 0;
  Resident resident("a", "fake:0", {kMega, 0},
                    {[&](const Progress&) {
                       ++loads;
                       stale = false;
                       return Resident::Held{kMega, 0};
                     },
                     [] {}, [&] { return stale; }});
  resident.visit({});
  resident.visit({});
  CHECK(loads == 1);
  stale = true;
  resident.visit({});
  CHECK(loads == 2);
}

TEST_CASE("Clearing the device drops the other models, but only where they share a limit") {
  Three limited({Kind::kBytes, 2000 * kMega});
  for (FakeModel* model : {&limited.a, &limited.b}) model->resident.visit({});
  limited.c.resident.visit({}).clear_device();
  CHECK(limited.there() == "c");

  // Without a limit others may be at work.
  Three unlimited({});
  for (FakeModel* model : {&unlimited.a, &unlimited.b}) model->resident.visit({});
  unlimited.c.resident.visit({}).clear_device();
  CHECK(unlimited.there() == "abc");
  CHECK(unlimited.device.caches_emptied == 1);
}

TEST_CASE("Under a limit a second model is refused while this thread is at work with the first") {
  Three limited({Kind::kBytes, 2000 * kMega});
  {
    const Resident::Visit visit = limited.a.resident.visit({});
    CHECK_THROWS_WITH_AS(
        limited.b.resident.visit({}),
        doctest::Contains("b, or a model that shares its device budget, is called"),
        InvalidArgument);
  }
  CHECK_NOTHROW(limited.b.resident.visit({}));

  Three unlimited({});
  const Resident::Visit visit = unlimited.a.resident.visit({});
  CHECK_NOTHROW(unlimited.b.resident.visit({}));
  CHECK_THROWS_WITH_AS(unlimited.a.resident.visit({}), doctest::Contains("a is called from"),
                       InvalidArgument);
  CHECK_THROWS_AS(unlimited.a.resident.unload({}), InvalidArgument);
}

TEST_CASE("Threads that share a limit work one after the other and never exceed it") {
  Three three({Kind::kBytes, 800 * kMega});
  std::atomic<int> inside{0}, most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      FakeModel* models[] = {&three.a, &three.b, &three.c};
      for (int round = 0; round < 50; ++round) {
        FakeModel& model = *models[(i + round) % 3];
        if (round % 7 == 0) {
          model.resident.unload({});
          continue;
        }
        const Resident::Visit visit = model.resident.visit({});
        most = std::max<int>(most, ++inside);
        CHECK(model.is_there());
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(three.device.most_used <= 800 * kMega);
}

TEST_CASE("A model that leaves for good frees its place") {
  FakeDevice device;
  auto residency = std::make_shared<Residency>(DeviceBudget{}, device.functions());
  {
    FakeModel a(device, "a", kMega);
    a.resident.join(residency, {});
    CHECK(residency->memory().size() == 1);
  }
  CHECK(residency->memory().empty());
}

TEST_CASE("Sizes read as people write them") {
  CHECK(bytes_text(0) == "0 MiB");
  CHECK(bytes_text(1) == "1 MiB");
  CHECK(bytes_text(300 * kMega) == "300 MiB");
  CHECK(bytes_text(1536 * kMega) == "1.50 GiB");
}
