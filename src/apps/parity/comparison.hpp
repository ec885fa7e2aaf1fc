#pragma once
// Results of this launch, however they are spread over ranks, against one fixture's tensors.
//
// A fixture need not hold every quantity: what it lacks is not compared.

#include <optional>
#include <string>
#include <vector>

#include "apps/parity/machine.hpp"
#include "apps/parity/report.hpp"
#include "data/sampler.hpp"

namespace switchyard::parity {

/// One number of a vector over tensors, on the ranks that hold the tensor.
struct HeldNumbers {
  std::vector<double> values;
  int copies = 0;  ///< ranks that hold the tensor; 0 where this one does not
};

class Comparison {
 public:
  /// `pass` goes before the names in the report, to tell apart two ways to the same quantity. The
  /// fixture, machine and report must outlive this.
  Comparison(const Fixture& fixture, const Machine& machine, Report& report, std::string pass = {});

  const Fixture& fixture() const { return fixture_; }

  /// Rows of this rank's share of the batch; the reference is (B,...), or at `step` of (.,B,...).
  void rows(const std::string& name, const Tensor& actual, Share share,
            std::optional<std::int64_t> step = {});
  /// Numbers that every rank has. `scale`: the size of what they were summed from, to which
  /// rounding is relative where the sum cancels.
  void shared(const std::string& name, const std::vector<double>& actual, double scale = 0);
  void shared(const std::string& name, const Tensor& actual) { shared(name, numbers(actual)); }
  /// A tensor of the model, in memory layout, that `copies` ranks hold; undefined on the others.
  void held(const std::string& name, const Tensor& actual, int copies);
  /// Numbers of several tensors that different ranks hold, one after the other.
  void held(const std::string& name, const std::vector<HeldNumbers>& actual);

  /// The elements of a tensor that is in memory layout, in file layout.
  std::vector<double> numbers(const Tensor& x) const;

 private:
  Finding finding(const std::string& name, const std::string& label) const;

  const Fixture& fixture_;
  const Machine& machine_;
  Tolerances tolerances_;
  Report& report_;
  std::string pass_;
};

}  // namespace switchyard::parity
