#include "analysis/landscape/gate_margin.hpp"

#include <algorithm>
#include <compare>
#include <numeric>

namespace switchyard {
namespace {

std::vector<double> gather_numbers(Communicator& world, const std::vector<double>& mine) {
  const std::vector<std::int64_t> own(static_cast<std::size_t>(world.size()), std::ssize(mine));
  const std::vector<std::int64_t> sizes = world.all_to_all_counts(own, 1);
  std::shared_ptr<Allocator> host = make_host_allocator();
  Tensor sent(*host, {own[0]}, DType::f64);
  Tensor all(*host, {std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0})}, DType::f64);
  std::ranges::copy(mine, sent.data<double>());
  world.all_gather_rows(sent, all, sizes);
  return {all.span<double>().begin(), all.span<double>().end()};
}

}  // namespace

std::optional<GateMargin> gate_margin(Communicator& world, const std::vector<double>& mine) {
  std::vector<double> margins = gather_numbers(world, mine);
  if (margins.empty()) return {};
  // In an order that the grid does not change, so that neither does the sum; that of NaNs too.
  std::ranges::sort(margins, [](double a, double b) { return std::strong_order(a, b) < 0; });
  const std::size_t n = margins.size();
  return GateMargin{
      .mean = std::accumulate(margins.begin(), margins.end(), 0.0) / static_cast<double>(n),
      .median = (margins[(n - 1) / 2] + margins[n / 2]) / 2,
      .minimum = margins.front()};
}

}  // namespace switchyard
