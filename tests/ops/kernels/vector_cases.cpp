// Kernels on many vectors at once.

#include <fmt/format.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kDoubleSums = 1e-12;
constexpr double kTolerance = 2e-7;

/// Products of vectors with themselves and others: no catastrophic cancellation.
KernelCase dots(const std::string& name, const std::vector<Shape>& shapes) {
  return {"dots_" + name, shapes, kDoubleSums, [](Backend& backend, const Tensors& in) -> Tensors {
            Tensors twice;
            for (const Tensor& x : in) twice.push_back(backend.scale(x, 2.0));
            return {backend.dots(in, in), backend.dots(in, twice)};
          }};
}

/// To every type; read in the one that holds all of them.
KernelCase convert_all(const std::string& name, const std::vector<Shape>& shapes) {
  return {"convert_all_" + name, shapes, 0.0,
          [](Backend& backend, const Tensors& in) -> Tensors {
            Tensors out;
            for (DType dtype : {DType::f32, DType::f64, DType::bf16})
              for (const Tensor& y : backend.convert_all(in, dtype))
                out.push_back(backend.convert(y, DType::f64));
            return out;
          },
          InBf16{0.0, {}}};
}

Tensor scalar(Backend& backend, double value) {
  return backend.full({1}, DType::f64, value);
}

/// Parameters, gradients and momenta after two steps, the second as `scalars` says.
Tensors sgd(Backend& backend, const Tensors& in, const SgdSpec& spec, const SgdScalars& scalars) {
  const std::size_t count = in.size() / 3;
  Tensors parameters, momenta;
  for (std::size_t i = 0; i < count; ++i) {
    parameters.push_back(backend.convert(in[i], in[i].dtype()));
    momenta.push_back(backend.convert(in[2 * count + i], in[i].dtype()));
  }
  std::vector<SgdSlot> slots;
  for (std::size_t i = 0; i < count; ++i)
    slots.push_back({&parameters[i], &in[count + i], &momenta[i]});
  backend.sgd_step(slots, spec, {scalar(backend, 0.05), {}, {}});
  backend.sgd_step(slots, spec, scalars);
  parameters.insert(parameters.end(), momenta.begin(), momenta.end());
  return parameters;
}

/// Parameters of these shapes, with every combination of scalars.
KernelCase sgd(const std::string& name, const std::vector<Shape>& shapes, const SgdSpec& spec) {
  std::vector<Shape> inputs;
  for (int i = 0; i < 3; ++i) inputs.insert(inputs.end(), shapes.begin(), shapes.end());
  return {
      "sgd_" + name, inputs, kTolerance, [spec](Backend& backend, const Tensors& in) -> Tensors {
        const Tensor rate = scalar(backend, 0.1), factor = scalar(backend, 0.25);
        const Tensor no = scalar(backend, 0.0), yes = scalar(backend, 1.0);
        Tensors out;
        for (const SgdScalars& scalars : {SgdScalars{rate, {}, {}}, SgdScalars{rate, factor, no},
                                          SgdScalars{rate, factor, yes}})
          for (Tensor& result : sgd(backend, in, spec, scalars)) out.push_back(std::move(result));
        return out;
      }};
}

/// As many small tensors as a model has, and more.
std::vector<Shape> many(std::int64_t count) {
  std::vector<Shape> shapes;
  for (std::int64_t i = 0; i < count; ++i) shapes.push_back({1 + i * 13 % 29, 3});
  return shapes;
}

}  // namespace

std::vector<KernelCase> vector_cases() {
  const SgdSpec usual{0.9, 5e-4, false};
  return {convert_all("several", {{7, 5}, {0}, {50021}, {1}, {}, {64, 3, 3, 8}}),
          convert_all("many", many(70)),
          convert_all("of_nothing", {}),
          dots("one", {{7, 5}}),
          dots("several", {{7, 5}, {0}, {100003}, {1}, {}}),
          dots("many", many(100)),
          dots("of_nothing", {}),
          dots("empty", {{0}}),
          sgd("plain", {{33, 7}}, {0.0, 0.0, false}),
          sgd("momentum", {{50021}, {3}}, usual),
          sgd("nesterov", {{50021}}, {0.9, 5e-4, true}),
          sgd("several", {{64, 3, 3, 8}, {0}, {64}, {}, {10, 33}}, usual),
          sgd("many", many(70), usual),
          sgd("empty", {{0}}, {}),
          sgd("of_nothing", {}, {})};
}

}  // namespace switchyard::test
