#include "analysis/krylov_basis.hpp"

#include <utility>

namespace switchyard {

KrylovBasis::KrylovBasis(const VectorSpace& space, const BasisOptions& options)
    : space_(space),
      options_(options),
      work_type_(size_of(options.dtype) > size_of(space.dtype()) ? options.dtype : space.dtype()) {
  SY_REQUIRE(options.dtype == DType::f32 || options.dtype == DType::f64, ExitCode::run_failed,
             "the vectors of a basis are stored as f32 or f64 (asked for {})",
             to_string(options.dtype));
}

bool KrylovBasis::fits_device(std::size_t bytes) const {
  if (options_.memory != BasisMemory::automatic) return options_.memory == BasisMemory::device;
  return (vectors_.size() + 1) * bytes <= options_.device_bytes;
}

void KrylovBasis::add(const Tensor& v) {
  Tensor rounded = space_.backend().convert(v, options_.dtype);
  Stored stored;
  if (fits_device(rounded.bytes())) {
    stored.device = std::move(rounded);
  } else {
    stored.host.resize(rounded.bytes());
    space_.backend().to_host(rounded, stored.host.data());
    ++on_host_;
  }
  vectors_.push_back(std::move(stored));
}

Tensor KrylovBasis::stored(int i) const {
  const Stored& stored = vectors_[static_cast<std::size_t>(i)];
  if (stored.device) return stored.device;
  return space_.backend().from_host(stored.host.data(), {space_.local_size()}, options_.dtype);
}

Tensor KrylovBasis::vector(int i, DType dtype) const {
  Tensor v = stored(i);
  return v.dtype() == dtype ? v : space_.backend().convert(v, dtype);
}

std::vector<double> KrylovBasis::project_out(Tensor& w) const {
  std::vector<double> taken(vectors_.size());
  constexpr int kPasses = 2;
  for (int pass = 0; pass < kPasses; ++pass) {
    const std::vector<double> products = space_.dots(
        size(), [&](std::int64_t i) { return vector(static_cast<int>(i), work_type_); }, w);
    for (int i = 0; i < size(); ++i) {
      const double product = products[static_cast<std::size_t>(i)];
      space_.add_scaled(w, -product, vector(i, work_type_));
      taken[static_cast<std::size_t>(i)] += product;
    }
  }
  return taken;
}

Tensor KrylovBasis::unit_combination(std::span<const double> coefficients) const {
  Tensor sum = space_.backend().zeros({space_.local_size()}, work_type_);
  for (std::size_t i = 0; i < coefficients.size(); ++i)
    space_.add_scaled(sum, coefficients[i], vector(static_cast<int>(i), work_type_));
  return space_.copy(space_.scaled(sum, 1 / space_.norm(sum)));
}

}  // namespace switchyard
