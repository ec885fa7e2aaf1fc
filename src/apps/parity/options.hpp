#pragma once
// What parity is asked to do.

#include <filesystem>
#include <vector>

#include "base/config/field.hpp"
#include "machine/machine.hpp"

namespace switchyard::parity {

inline constexpr Choice<DeviceKind> backend_choices[] = {
    {DeviceKind::cpu, "cpu"}, {DeviceKind::ref, "ref"}, {DeviceKind::cuda, "cuda"}};
inline constexpr Choice<DType> dtype_choices[] = {{DType::f64, "f64"}, {DType::f32, "f32"}};

struct Options {
  DeviceKind backend = DeviceKind::ref;
  DType dtype = DType::f64;
  int ep = 0;
  bool strict = false;
  std::vector<std::filesystem::path> paths;
};

template <class Visitor>
void visit(Visitor& v, Options& o) {
  v.group("Parity");
  v.field("backend", o.backend, "kernels to compute with", backend_choices);
  v.field("dtype", o.dtype, "element type to compute in", dtype_choices);
  v.field("ep", o.ep, "ranks that the experts of a mixture are sharded over; 0: as many as fit",
          at_least(0));
  v.field("strict", o.strict,
          "f32: do not judge a failing fixture again with ReLU's branches as in double, where "
          "inputs lie within rounding of 0");
}

}  // namespace switchyard::parity
