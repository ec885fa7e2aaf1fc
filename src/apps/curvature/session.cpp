#include "apps/curvature/session.hpp"

namespace switchyard {

BasisOptions basis_options(const CurvatureSession& session) {
  BasisOptions options{.dtype = session.space.vectors().dtype(),
                       .memory = session.config.spectrum.basis_memory,
                       .device_bytes = session.basis_bytes};
  if (session.config.spectrum.basis_precision == BasisPrecision::f32) options.dtype = DType::f32;
  if (session.config.spectrum.basis_precision == BasisPrecision::f64) options.dtype = DType::f64;
  return options;
}

}  // namespace switchyard
