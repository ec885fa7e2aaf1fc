#include "support/dense_operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.hpp"

namespace switchyard::test {
namespace {

// x -> x - 2 u u'x for a random unit vector u.
void reflect(std::span<double> x, std::span<const double> u) {
  double product = 0;
  for (std::size_t i = 0; i < x.size(); ++i) product += u[i] * x[i];
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= 2 * product * u[i];
}

std::vector<double> random_unit(std::size_t n, std::uint64_t number) {
  const RandomStream stream(1, RandomPurpose::probe_vector, number);
  std::vector<double> u(n);
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    u[i] = stream.normal(i, 0);
    squares += u[i] * u[i];
  }
  for (double& entry : u) entry /= std::sqrt(squares);
  return u;
}

}  // namespace

SplitSpace::SplitSpace(Communicator& owners, DType dtype, int replicated,
                       const std::vector<int>& expert_sizes, BackendKind backend)
    : SplitSpace(nullptr, make_backend(backend), owners, dtype, replicated, expert_sizes) {}

SplitSpace::SplitSpace(Backend& backend, Communicator& owners, DType dtype, int replicated,
                       const std::vector<int>& expert_sizes)
    : SplitSpace(&backend, nullptr, owners, dtype, replicated, expert_sizes) {}

SplitSpace::SplitSpace(Backend* backend, std::unique_ptr<Backend> own, Communicator& owners,
                       DType dtype, int replicated, const std::vector<int>& expert_sizes)
    : owners_(owners), own_backend_(std::move(own)), backend_(backend ? *backend : *own_backend_) {
  std::vector<VectorSegment> segments;
  auto place = [&](std::string name, int size, bool owned) {
    segments.push_back({std::move(name), size, owned});
    first_.push_back(dimension_);
  };
  place("stem", replicated / 3, false);
  dimension_ = replicated / 3;
  place("neck", replicated - replicated / 3, false);
  dimension_ = replicated;
  const int experts = static_cast<int>(expert_sizes.size());
  const ExpertRange own_experts = expert_range(experts, owners.size(), owners.rank().value);
  for (int e = 0; e < experts; ++e) {
    const int size = expert_sizes[static_cast<std::size_t>(e)];
    if (e >= own_experts.first && e < own_experts.last)
      place(fmt::format("expert{}", e), size, true);
    dimension_ += size;
  }
  vectors_ = std::make_unique<VectorSpace>(backend_, owners, dtype, std::move(segments));
}

std::vector<double> SplitSpace::gather(const Tensor& x) const {
  const Tensor wide = backend_.convert(x, DType::f64);
  const auto n = static_cast<std::size_t>(dimension_);
  std::vector<double> whole(n);
  Tensor owned(*host_, {dimension_}, DType::f64);
  std::fill_n(owned.data<double>(), n, 0.0);
  for (std::size_t i = 0; i < first_.size(); ++i) {
    double* into = vectors_->segments()[i].owned ? owned.data<double>() : whole.data();
    backend_.to_host(vectors_->segment(wide, i), into + first_[i]);
  }
  owners_.all_reduce_sum(owned);
  for (std::size_t i = 0; i < n; ++i) whole[i] += owned.data<double>()[i];
  return whole;
}

Tensor SplitSpace::scatter(std::span<const double> whole) const {
  Tensor x = vectors_->zeros();
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const Tensor part =
        backend_.from_host(whole.data() + first_[i], {vectors_->segments()[i].size}, DType::f64);
    Tensor into = vectors_->segment(x, i);
    backend_.assign(into, backend_.convert(part, x.dtype()));
  }
  return x;
}

std::vector<double> dense_matrix(int n, const std::function<double(int i, int j)>& entry) {
  std::vector<double> matrix;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) matrix.push_back(entry(i, j));
  return matrix;
}

std::vector<double> matrix_with_spectrum(std::span<const double> eigenvalues) {
  const int n = static_cast<int>(eigenvalues.size());
  std::vector<double> matrix = dense_matrix(
      n, [&](int i, int j) { return i == j ? eigenvalues[static_cast<std::size_t>(i)] : 0.0; });
  for (std::uint64_t reflection = 0; reflection < 3; ++reflection) {
    const std::vector<double> u = random_unit(eigenvalues.size(), reflection);
    for (int side = 0; side < 2; ++side) {
      for (int i = 0; i < n; ++i)
        reflect(std::span(matrix).subspan(static_cast<std::size_t>(i) * u.size(), u.size()), u);
      matrix = dense_matrix(
          n, [&](int i, int j) { return matrix[static_cast<std::size_t>(j * n + i)]; });
    }
  }
  return matrix;
}

std::vector<Tensor> DenseOperator::apply(std::span<const Tensor> xs) {
  const auto n = static_cast<std::size_t>(space_.dimension());
  std::vector<Tensor> results;
  for (const Tensor& x : xs) {
    const std::vector<double> whole = space_.gather(x);
    std::vector<double> product(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) product[i] += matrix_[i * n + j] * whole[j];
    results.push_back(space_.scatter(product));
    ++products_;
  }
  return results;
}

}  // namespace switchyard::test
