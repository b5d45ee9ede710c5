#include "base/turn.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "base/error.h"

using namespace img2prompt;

TEST_CASE("A turn is one thread's at a time") {
  Turn turn;
  int inside = 0, most = 0, total = 0;  // guarded by the turn alone
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const Turn::Lock lock = turn.take({}, "the test");
        most = std::max(most, ++inside);
        ++total;
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(total == 800);
}

TEST_CASE("Who holds the turn is refused a second one by name, and keeps the first") {
  Turn turn;
  {
    const Turn::Lock lock = turn.take({}, "the captioner");
    CHECK_THROWS_WITH_AS(turn.take({}, "the captioner"),
                         doctest::Contains("the captioner is called from its own progress"),
                         InvalidArgument);
    std::atomic<bool> cancelled{false};
    std::thread other([&] {
      try {
        turn.take({nullptr, [] { return true; }}, "another");
      } catch (const Cancelled&) {
        cancelled = true;
      }
    });
    other.join();
    CHECK(cancelled);
  }
  CHECK_NOTHROW(turn.take({}, "the captioner"));
}

TEST_CASE("Whoever waits for a turn is cancelled within a second and takes nothing") {
  Turn turn;
  std::optional<Turn::Lock> held = turn.take({}, "the holder");
  double waited = 0;
  std::thread other([&] {
    const auto start = std::chrono::steady_clock::now();
    int looks = 0;
    CHECK_THROWS_AS(turn.take({nullptr, [&] { return ++looks == 3; }}, "the waiter"), Cancelled);
    waited = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  });
  other.join();
  CHECK(waited > 0.1);
  held.reset();
  // Also where the turn is free: the caller has asked for an end before the work began.
  CHECK_THROWS_AS(turn.take({nullptr, [] { return true; }}, "another"), Cancelled);
  CHECK_NOTHROW(turn.take({}, "another"));
}

TEST_CASE("A turn that moved on is given back once") {
  Turn turn;
  Turn::Lock outer;
  {
    Turn::Lock inner = turn.take({}, "the test");
    outer = std::move(inner);
  }
  CHECK_THROWS_AS(turn.take({}, "the test"), InvalidArgument);
  outer = Turn::Lock();
  CHECK_NOTHROW(turn.take({}, "the test"));
}
