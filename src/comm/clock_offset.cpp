#include "comm/clock_offset.hpp"

#include <limits>
#include <vector>

#include "profile/clock.hpp"

namespace switchyard {
namespace {

// Sends one number from rank to rank; all other ranks call with them.
class Courier {
 public:
  explicit Courier(Communicator& world)
      : world_(world), memory_(make_host_allocator()), nothing_(*memory_, {0, 1}, DType::i64) {}

  std::int64_t send(std::int64_t number, int from, int to) {
    const int self = world_.rank().value;
    std::vector<std::int64_t> out(static_cast<std::size_t>(world_.size()), 0), in = out;
    if (self == from) out[static_cast<std::size_t>(to)] = 1;
    if (self == to) in[static_cast<std::size_t>(from)] = 1;
    Tensor sent = self == from ? letter(number) : nothing_;
    Tensor received = self == to ? letter(0) : nothing_;
    world_.all_to_all_rows(sent, out, received, in);
    return self == to ? received.data<std::int64_t>()[0] : 0;
  }

 private:
  Tensor letter(std::int64_t number) {
    Tensor x(*memory_, {1, 1}, DType::i64);
    x.data<std::int64_t>()[0] = number;
    return x;
  }

  Communicator& world_;
  std::shared_ptr<Allocator> memory_;
  Tensor nothing_;
};

// On rank 0: of the clock of `other`.
ClockOffset ask(Courier& courier, int other, int rounds) {
  ClockOffset best{0, std::numeric_limits<double>::infinity()};
  for (int i = 0; i < rounds; ++i) {
    const std::int64_t asked = host_clock();
    courier.send(0, 0, other);
    const std::int64_t there = courier.send(host_clock(), other, 0);
    const std::int64_t back = host_clock();
    const double uncertainty = static_cast<double>(back - asked) / 2;
    if (uncertainty < best.uncertainty)
      best = {static_cast<double>(asked - there) + uncertainty, uncertainty};
  }
  return best;
}

}  // namespace

ClockOffset measure_clock_offset(Communicator& world, int rounds) {
  const auto memory = make_host_allocator();
  Tensor found(*memory, {world.size(), 2}, DType::f64);
  double* numbers = found.data<double>();
  Courier courier(world);
  for (int other = 1; other < world.size(); ++other) {
    const ClockOffset clock = ask(courier, other, rounds);
    numbers[2 * other] = clock.offset;
    numbers[2 * other + 1] = clock.uncertainty;
  }
  numbers[0] = numbers[1] = 0;
  world.broadcast(found, Rank{0});
  const int self = world.rank().value;
  return {numbers[2 * self], numbers[2 * self + 1]};
}

}  // namespace switchyard
