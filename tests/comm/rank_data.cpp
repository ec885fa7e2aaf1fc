#include "comm/rank_data.hpp"

#include <numeric>

namespace switchyard::test {

Allocator& allocator() {
  static const std::shared_ptr<Allocator> host = make_host_allocator();
  return *host;
}

double dot(const Tensor& a, const Tensor& b) {
  const auto x = a.span<double>();
  return std::inner_product(x.begin(), x.end(), b.data<double>(), 0.0);
}

}  // namespace switchyard::test
