#include "apps/parity/tolerance.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace switchyard::parity {
namespace {

constexpr double kDoubleBound = 1e-9;
constexpr double kStoredAsFloatBound = 1e-6;
constexpr double kFloatBound = 2e-5;
constexpr double kPytorchFactor = 10.0;

std::map<std::string, double> pytorch_errors(const Fixture& fixture) {
  std::filesystem::path path = fixture.path().parent_path() / "tolerances.json";
  if (!std::filesystem::exists(path)) return {};
  try {
    auto cases = nlohmann::json::parse(read_file(path));
    return cases.value(fixture.case_name(), std::map<std::string, double>());
  } catch (const nlohmann::json::exception& e) {
    fail(ExitCode::bad_data, fmt::format("{} does not hold numbers by case and quantity ({})",
                                         path.string(), e.what()));
  }
}

/// Which of PyTorch's errors bounds a quantity; absolute for losses.
struct ErrorKey {
  std::string key;
  bool absolute = false;
};

bool is_loss(const std::string& name) {
  return name.starts_with("loss");
}

ErrorKey forward_or_gradient(const std::string& mode, const std::string& name) {
  if (is_loss(name)) return {mode + "_loss_abs", true};
  if (name.starts_with("grad.")) return {mode + "_grad_rel_worst_tensor"};
  if (name.starts_with("aux.") || name.starts_with("after.")) return {};
  return {mode + "_logits_rel"};
}

ErrorKey curvature(const std::string& name) {
  if (is_loss(name)) return {"eval_loss_abs", true};
  if (name.starts_with("hv.")) return {"hv_rel_worst_tensor"};
  return {name == "vhv" ? "vhv_rel" : ""};
}

ErrorKey weights_after_sgd(const std::string& name) {
  auto after = name.find(".after.");
  if (after == std::string::npos) return {};
  // PyTorch's error is recorded of all weights together: relative to them, and to what the steps
  // did to them. A single tensor, a bias say, may be nothing but what the steps did.
  return {"sgd_" + name.substr(0, after) + "_update_rel_global"};
}

ErrorKey full_size(const std::string& name) {
  if (name.starts_with("train.")) return forward_or_gradient("train", name.substr(6));
  if (name.starts_with("hv.") || name == "vhv") return curvature(name);
  return forward_or_gradient("eval", name);
}

ErrorKey key_of(FixtureKind kind, const std::string& name) {
  switch (kind) {
    case FixtureKind::eval:
      return forward_or_gradient("eval", name);
    case FixtureKind::train:
      return forward_or_gradient("train", name);
    case FixtureKind::hvp:
      return curvature(name);
    case FixtureKind::sgd:
      return weights_after_sgd(name);
    default:
      return full_size(name);
  }
}

}  // namespace

double Tolerance::at(double reference_norm) const {
  return std::max(relative, absolute / reference_norm);
}

Tolerances::Tolerances(const Fixture& fixture, DType compute)
    : fixture_(fixture), compute_(compute), pytorch_(pytorch_errors(fixture)) {}

Tolerance Tolerances::of(const std::string& name) const {
  DType stored = fixture_.dtype(name);
  if (stored == DType::i64) return {};
  if (compute_ == DType::f64)
    return {stored == DType::f32 ? kStoredAsFloatBound : kDoubleBound, 0.0};
  return of_float(name);
}

Tolerance Tolerances::of_float(const std::string& name) const {
  ErrorKey key = key_of(fixture_.kind(), name);
  auto error = pytorch_.find(key.key);
  if (error == pytorch_.end()) return {kFloatBound, 0.0};
  double bound = kPytorchFactor * error->second;
  if (key.absolute) return {kFloatBound, bound};
  return {std::max(kFloatBound, bound), 0.0};
}

}  // namespace switchyard::parity
