#include "comm/two_level.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "comm/exchange_checks.hpp"
#include "comm/forwarding_communicator.hpp"

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

/// counts (rows, columns) -> (columns, rows).
Numbers transpose(Counts counts, std::size_t columns) {
  const std::size_t rows = counts.size() / columns;
  Numbers out(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) out[i % columns * rows + i / columns] = counts[i];
  return out;
}

/// The sum of each row.
Numbers sum_rows(Counts counts, std::size_t columns) {
  Numbers sums;
  for (std::size_t i = 0; i < counts.size(); i += columns)
    sums.push_back(std::accumulate(&counts[i], &counts[i] + columns, std::int64_t{0}));
  return sums;
}

/// out[i] = sum of counts[0..i).
Numbers offsets_of(Counts counts) {
  Numbers out(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), out.begin(), std::int64_t{0});
  return out;
}

struct Memory {
  Allocator& scratch;
  TensorCopy copy;
};

/// The blocks of x's rows, of which counts (rows, columns) tells the lengths, in the order of the
/// transpose.
Tensor transpose_blocks(const Memory& memory, const Tensor& x, Counts counts, std::size_t columns) {
  Tensor out(memory.scratch, x.shape(), x.dtype());
  const Numbers from = offsets_of(counts);
  const Numbers to = transpose(offsets_of(transpose(counts, columns)), counts.size() / columns);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    Tensor place = out.rows(to[i], to[i] + counts[i]);
    memory.copy(x.rows(from[i], from[i] + counts[i]), place);
  }
  return out;
}

/// How many consecutive ranks each node has, given the node of every rank; 0 where that differs.
int ranks_on_each(const Numbers& nodes) {
  const auto end_of_first = std::ranges::find_if(nodes, [&](auto n) { return n != nodes[0]; });
  const auto length = static_cast<std::size_t>(end_of_first - nodes.begin());
  if (nodes.size() % length != 0) return 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool begins = i % length == 0;
    if (i > 0 && begins == (nodes[i] == nodes[i - 1])) return 0;
  }
  return static_cast<int>(length);
}

class TwoLevelCommunicator final : public ForwardingCommunicator {
 public:
  TwoLevelCommunicator(std::unique_ptr<Communicator> owned, Communicator& group, int node,
                       std::shared_ptr<const Memory> memory)
      : ForwardingCommunicator(group),
        owned_(std::move(owned)),
        node_(node),
        memory_(std::move(memory)) {
    const int length = ranks_on_each(group.all_to_all_counts(Numbers(group.size(), node), 1));
    if (length <= 1 || length == group.size()) return;
    const int rank = group.rank().value;
    inside_ = group.split(rank / length, fmt::format("{} inside node {}", group.name(), node));
    across_ = group.split(rank % length, fmt::format("{} across nodes", group.name()));
  }

  void set_deadline(std::chrono::milliseconds deadline) override {
    for (Communicator* group : {&inner(), inside_.get(), across_.get()})
      if (group) group->set_deadline(deadline);
  }

  void all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                       Counts receive_rows) override {
    start_all_to_all_rows(send, send_rows, receive, receive_rows)->wait();
  }
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override {
    require_exchange("all_to_all_rows", send, send_rows, receive, receive_rows, size());
    require_same_memory("all_to_all_rows", send, receive);
    if (!inside_ || send.memory() != memory_->scratch.memory())
      return inner().start_all_to_all_rows(std::move(send), send_rows, std::move(receive),
                                           receive_rows);
    const auto ranks = static_cast<std::size_t>(inside_->size());
    const auto nodes = static_cast<std::size_t>(across_->size());
    // By (place, node) of the destination: what goes to each place of this node first.
    const Numbers out = transpose(send_rows, ranks);
    // By (place of the source, node of the destination).
    const Numbers in = inside_->all_to_all_counts(out, static_cast<int>(nodes));
    Shape shape = send.shape();
    shape[0] = std::accumulate(in.begin(), in.end(), std::int64_t{0});
    Tensor collected(memory_->scratch, std::move(shape), send.dtype());
    inside_->all_to_all_rows(transpose_blocks(*memory_, send, send_rows, ranks),
                             sum_rows(out, nodes), collected, sum_rows(in, nodes));
    return across_->start_all_to_all_rows(transpose_blocks(*memory_, collected, in, nodes),
                                          sum_rows(transpose(in, nodes), ranks), std::move(receive),
                                          sum_rows(receive_rows, ranks));
  }

  std::unique_ptr<Communicator> split(int color, std::string name) override {
    auto part = inner().split(color, std::move(name));
    Communicator& group = *part;
    return std::make_unique<TwoLevelCommunicator>(std::move(part), group, node_, memory_);
  }

  void progress() override {
    for (Communicator* group : {&inner(), inside_.get(), across_.get()})
      if (group) group->progress();
  }

 private:
  std::unique_ptr<Communicator> owned_;
  int node_;
  std::shared_ptr<const Memory> memory_;
  std::unique_ptr<Communicator> inside_;  ///< null where rows go directly
  std::unique_ptr<Communicator> across_;
};

}  // namespace

std::unique_ptr<Communicator> make_two_level_communicator(Communicator& world, int node,
                                                          Allocator& scratch, TensorCopy copy) {
  return std::make_unique<TwoLevelCommunicator>(
      nullptr, world, node, std::make_shared<const Memory>(scratch, std::move(copy)));
}

}  // namespace switchyard
