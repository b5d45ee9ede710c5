#include "engine/out_of_memory.h"

#include <c10/util/Exception.h>
#include <doctest/doctest.h>

#include <new>
#include <vector>

using namespace img2prompt;

namespace {

struct Worker {
  Resident resident{
      "a model", "fake:0", {}, {[](const Progress&) { return Resident::Held{}; }, [] {}}};
  Resident::Visit visit = resident.visit({});
  std::vector<int64_t> tried;

  // Fails by `fail` the first `failures` times.
  template <typename Fail>
  void work(int64_t chunk, int64_t least, int failures, const Fail& fail) {
    with_second_try(visit, chunk, least, [&](int64_t now) {
      tried.push_back(now);
      if (static_cast<int>(tried.size()) <= failures) fail();
    });
  }
};

void fail_as_cuda() {
  TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried 2 GiB");
}

}  // namespace

TEST_CASE("Out of memory is known however it is said") {
  auto is_known = [](auto raise) {
    try {
      raise();
    } catch (const std::exception& error) {
      return is_out_of_memory(error);
    }
    return false;
  };
  CHECK(is_known(&fail_as_cuda));
  CHECK(is_known([] { throw std::bad_alloc(); }));
  CHECK(
      is_known([] { TORCH_CHECK(false, "MPS backend out of memory (MPS allocated: 5 GB, ...)"); }));
  CHECK(is_known([] {
    TORCH_CHECK(false, "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to");
  }));
  CHECK(is_known([] {
    TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate");
  }));
  CHECK_FALSE(is_known([] { TORCH_CHECK(false, "mat1 and mat2 shapes cannot be multiplied"); }));
  CHECK_FALSE(is_known([] { throw ModelError("a file named out of memory.safetensors"); }));
  CHECK_FALSE(is_known([] { throw Cancelled("cancelled"); }));
}

TEST_CASE("The first failure is tried again with half the chunk, the second is told") {
  Worker once;
  once.work(64, 1, 1, &fail_as_cuda);
  CHECK(once.tried == std::vector<int64_t>{64, 32});

  Worker twice;
  CHECK_THROWS_WITH_AS(twice.work(64, 1, 2, &fail_as_cuda),
                       "fake:0: CUDA out of memory. Tried 2 GiB; free memory there, set a device "
                       "budget, or use device \"cpu\"",
                       OutOfDeviceMemory);
  CHECK(twice.tried == std::vector<int64_t>{64, 32});

  Worker least;
  least.work(5, 4, 1, [] { throw std::bad_alloc(); });
  CHECK(least.tried == std::vector<int64_t>{5, 4});
}

TEST_CASE("Other failures are passed on as they are, at once") {
  Worker worker;
  CHECK_THROWS_AS(worker.work(64, 1, 1, [] { throw Cancelled("cancelled"); }), Cancelled);
  CHECK(worker.tried.size() == 1);
}

TEST_CASE("A second try keeps to the smaller chunk for the work that follows") {
  Worker worker;
  SecondTry second_try(worker.visit);
  int64_t chunk = 8;
  CHECK(second_try.run(chunk, 1, [](int64_t) {}));
  CHECK_FALSE(second_try.run(chunk, 1, [](int64_t) { fail_as_cuda(); }));
  CHECK(chunk == 4);
  CHECK(second_try.run(chunk, 1, [](int64_t now) { CHECK(now == 4); }));
  CHECK_THROWS_AS(second_try.run(chunk, 1, [](int64_t) { fail_as_cuda(); }), OutOfDeviceMemory);
}

TEST_CASE("Chunks fit the room between the least and the usual") {
  CHECK(chunk_for(std::nullopt, 100, 1, 64) == 64);
  CHECK(chunk_for(10000, 100, 1, 64) == 64);
  CHECK(chunk_for(1000, 100, 1, 64) == 10);
  CHECK(chunk_for(50, 100, 2, 64) == 2);
  CHECK(chunk_for(0, 0, 1, 64) == 1);
}
