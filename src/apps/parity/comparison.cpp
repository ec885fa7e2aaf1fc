#include "apps/parity/comparison.hpp"

#include <algorithm>
#include <span>

#include "model/state.hpp"

namespace switchyard::parity {
namespace {

// Adds elements that `copies` ranks hold, of a quantity that has `total` in all.
void accumulate(Finding& finding, std::span<const double> actual, std::span<const double> reference,
                std::size_t total, int copies) {
  SY_REQUIRE(actual.size() == reference.size(), ExitCode::bad_data,
             "{} has {} elements in the fixture where the model has {}; is the fixture of this "
             "model?",
             finding.label, reference.size(), actual.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    double difference = actual[i] - reference[i];
    finding.squared_difference += difference * difference / copies;
    finding.squared_reference += reference[i] * reference[i] / copies;
  }
  finding.share += static_cast<double>(actual.size()) / static_cast<double>(total) / copies;
}

}  // namespace

Comparison::Comparison(const Fixture& fixture, const Machine& machine, Report& report,
                       std::string pass)
    : fixture_(fixture),
      machine_(machine),
      tolerances_(fixture, machine.dtype),
      report_(report),
      pass_(std::move(pass)) {}

std::vector<double> Comparison::numbers(const Tensor& x) const {
  auto host = make_host_allocator();
  Tensor copy(*host, x.shape(), x.dtype());
  machine_.backend.to_host(x, copy.raw());
  return to_numbers(to_file_layout(*host, copy));
}

Finding Comparison::finding(const std::string& name, const std::string& label) const {
  return {fixture_.label() + "/" + pass_ + label, tolerances_.of(name)};
}

void Comparison::rows(const std::string& name, const Tensor& actual, Share share,
                      std::optional<std::int64_t> step) {
  if (!fixture_.contains(name)) return;
  Finding result = finding(name, step ? fmt::format("{}.{}", name, *step) : name);
  Tensor reference = fixture_.read(name);
  if (step) {
    SY_REQUIRE(reference.rank() > 1 && *step < reference.dim(0), ExitCode::bad_data,
               "{} has no step {}; make the fixture again", result.label, *step);
    Shape one_step(reference.shape().begin() + 1, reference.shape().end());
    reference = reference.rows(*step, *step + 1).reshape(one_step);
  }
  auto total = static_cast<std::size_t>(reference.numel());
  accumulate(result, numbers(actual), to_numbers(reference.rows(share.begin, share.end)), total, 1);
  report_.add(std::move(result));
}

void Comparison::shared(const std::string& name, const std::vector<double>& actual, double scale) {
  if (!fixture_.contains(name)) return;
  Finding result = finding(name, name);
  result.tolerance.absolute =
      std::max(result.tolerance.absolute, result.tolerance.relative * scale);
  accumulate(result, actual, fixture_.numbers(name), actual.size(), machine_.world.size());
  report_.add(std::move(result));
}

void Comparison::held(const std::string& name, const Tensor& actual, int copies) {
  if (!fixture_.contains(name)) return;
  Finding result = finding(name, name);
  if (actual) {
    auto total = static_cast<std::size_t>(actual.numel());
    accumulate(result, numbers(actual), fixture_.numbers(name), total, copies);
  }
  report_.add(std::move(result));
}

void Comparison::held(const std::string& name, const std::vector<HeldNumbers>& actual) {
  if (!fixture_.contains(name)) return;
  Finding result = finding(name, name);
  std::vector<double> reference = fixture_.numbers(name);
  SY_REQUIRE(!actual.empty() && reference.size() % actual.size() == 0, ExitCode::bad_data,
             "{} has {} elements for {} tensors; is the fixture of this model?", result.label,
             reference.size(), actual.size());
  std::size_t width = reference.size() / actual.size();
  for (std::size_t i = 0; i < actual.size(); ++i)
    if (actual[i].copies > 0)
      accumulate(result, actual[i].values, std::span(reference).subspan(i * width, width),
                 reference.size(), actual[i].copies);
  report_.add(std::move(result));
}

}  // namespace switchyard::parity
