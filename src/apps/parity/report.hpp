#pragma once
// Verdicts: how far this launch's numbers are from the reference ones, one line a quantity.

#include <string>
#include <vector>

#include "apps/parity/tolerance.hpp"
#include "comm/communicator.hpp"

namespace switchyard::parity {

/// What one rank has to say of a quantity. Squares are sums over the elements that it holds, each
/// divided by the number of ranks that hold a copy, so that the sums over ranks are of one tensor.
struct Finding {
  std::string label;
  Tolerance tolerance;
  double squared_difference = 0;
  double squared_reference = 0;
  double share = 0;  ///< of the tensor's elements; 1 when summed over ranks
};

/// The error of a quantity, and what it may be.
struct Verdict {
  double error = 0;
  double bound = 0;
  // Not `error > bound`: NaN must not pass.
  bool passes() const { return error <= bound; }
};

class Report {
 public:
  explicit Report(Communicator& world) : world_(world) {}

  /// Every rank adds the same quantities in the same order.
  void add(Finding finding) { pending_.push_back(std::move(finding)); }
  /// Whether all that was added since the last judgement passes. Collective.
  bool passes() const;
  /// Forgets what was added since the last judgement.
  void discard() { pending_.clear(); }
  /// Judges what was added since the last call and prints it on rank 0, alike on every rank.
  /// Collective.
  void judge();

  int checked() const { return checked_; }
  int failed() const { return failed_; }

 private:
  std::vector<Verdict> verdicts() const;

  Communicator& world_;
  std::vector<Finding> pending_;
  int checked_ = 0;
  int failed_ = 0;
};

}  // namespace switchyard::parity
