#include "parallel/vector_space.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/name_hash.hpp"
#include "base/random.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kAlignment = 64;  // elements

std::int64_t align(std::int64_t elements) {
  return (elements + kAlignment - 1) / kAlignment * kAlignment;
}

template <class T>
void fill_random(std::span<T> x, RandomEntries entries, const RandomStream& stream,
                 const std::string& name) {
  const auto coordinate = static_cast<std::uint32_t>(hash_name(name));
  const auto size = static_cast<std::int64_t>(x.size());
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < size; ++i) {
    const auto element = static_cast<std::uint64_t>(i);
    x[element] =
        static_cast<T>(entries == RandomEntries::normal ? stream.normal(element, coordinate)
                       : stream.bits(element, coordinate)[0] & 1 ? 1.0
                                                                 : -1.0);
  }
}

}  // namespace

VectorSpace::VectorSpace(Backend& backend, Communicator& owners, DType dtype,
                         std::vector<VectorSegment> segments)
    : backend_(backend), owners_(owners), dtype_(dtype), segments_(std::move(segments)) {
  SY_REQUIRE(dtype == DType::f32 || dtype == DType::f64, ExitCode::run_failed,
             "vectors over parameters are f32 or f64 (asked for {})", to_string(dtype));
  SY_REQUIRE(std::is_partitioned(segments_.begin(), segments_.end(),
                                 [](const VectorSegment& segment) { return !segment.owned; }),
             ExitCode::run_failed, "a replicated segment of a vector lies behind an owned one");
  std::int64_t owned = 0;
  for (const VectorSegment& segment : segments_) {
    offsets_.push_back(local_size_);
    local_size_ += align(segment.size);
    (segment.owned ? owned : dimension_) += segment.size;
    if (!segment.owned && owners_.rank() != Rank{0}) counted_from_ = local_size_;
  }
  Tensor sum = backend_.from_host(&owned, {1}, DType::i64);
  owners_.all_reduce_sum(sum);
  backend_.to_host(sum, &owned);
  dimension_ += owned;
}

Tensor VectorSpace::zeros() const {
  return backend_.zeros({local_size_}, dtype_);
}

Tensor VectorSpace::copy(const Tensor& x) const {
  return backend_.convert(x, dtype_);
}

Tensor VectorSpace::random(RandomEntries entries, std::uint64_t seed, std::uint64_t number) const {
  const RandomStream stream(seed, RandomPurpose::probe_vector, number);
  return dispatch_float(dtype_, [&]<class T>() {
    std::vector<T> x(static_cast<std::size_t>(local_size_));
    for (std::size_t i = 0; i < segments_.size(); ++i)
      fill_random(std::span(x).subspan(static_cast<std::size_t>(offsets_[i]),
                                       static_cast<std::size_t>(segments_[i].size)),
                  entries, stream, segments_[i].name);
    return backend_.from_host(x.data(), {local_size_}, dtype_);
  });
}

Tensor VectorSpace::segment(const Tensor& x, std::size_t index) const {
  return x.rows(offsets_[index], offsets_[index] + segments_[index].size);
}

std::vector<double> VectorSpace::dots(std::span<const Tensor> as, const Tensor& b) const {
  return dots(
      std::ssize(as), [&](std::int64_t i) { return as[static_cast<std::size_t>(i)]; }, b);
}

std::vector<double> VectorSpace::dots(std::int64_t count,
                                      const std::function<Tensor(std::int64_t)>& a,
                                      const Tensor& b) const {
  std::vector<Tensor> sums;
  const Tensor counted_b = counted(b);
  for (std::int64_t i = 0; i < count; ++i) {
    const Tensor counted_a = counted(a(i));
    sums.push_back(backend_.dots({&counted_a, 1}, {&counted_b, 1}));
  }
  return total(sums);
}

double VectorSpace::dot(const Tensor& a, const Tensor& b) const {
  return dots({&a, 1}, b).front();
}

double VectorSpace::norm(const Tensor& x) const {
  return std::sqrt(dot(x, x));
}

std::vector<double> VectorSpace::group_dots(const Tensor& a, const Tensor& b,
                                            std::span<const int> group_of, int groups) const {
  SY_REQUIRE(group_of.size() == segments_.size(), ExitCode::run_failed,
             "{} of {} segments of a vector were given a group", group_of.size(), segments_.size());
  std::vector<Tensor> sums;
  for (int group = 0; group < groups; ++group) {
    std::vector<Tensor> of_a, of_b;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (group_of[i] != group || offsets_[i] < counted_from_) continue;
      of_a.push_back(segment(a, i));
      of_b.push_back(segment(b, i));
    }
    sums.push_back(backend_.dots(of_a, of_b));
  }
  return total(sums);
}

void VectorSpace::add_scaled(Tensor& into, double factor, const Tensor& x) const {
  backend_.add_scaled(into, x, factor);
}

Tensor VectorSpace::scaled(const Tensor& x, double factor) const {
  return backend_.scale(x, factor);
}

Tensor VectorSpace::counted(const Tensor& x) const {
  return x.rows(counted_from_, local_size_);
}

std::vector<double> VectorSpace::total(std::span<const Tensor> sums) const {
  std::vector<double> totals(sums.size());
  if (sums.empty()) return totals;
  std::vector<Tensor> columns;
  for (const Tensor& sum : sums) columns.push_back(sum.reshape({1, 1}));
  Tensor all = backend_.concat_columns(columns);
  owners_.all_reduce_sum(all);
  backend_.to_host(all, totals.data());
  return totals;
}

}  // namespace switchyard
