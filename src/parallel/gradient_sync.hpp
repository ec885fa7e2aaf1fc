#pragma once
// Sums gradients over the ranks that hold copies of a parameter, in buckets, while the backward
// pass still runs: replicated parameters over the world, expert parameters over their dp group.
//
// Gradients of the sum over ranks of each rank's root are wanted, so ranks' parts add up. The
// tangents of the gradients (Hessian-vector products) travel in the same buckets, alone on a tape
// that leaves out the values of parameters' gradients.

#include <memory>
#include <unordered_map>
#include <vector>

#include "model/state.hpp"
#include "parallel/grid.hpp"

namespace switchyard {

class GradientSync {
 public:
  /// `bucket_bytes`: size from which a bucket is full. Parameters enter buckets in reverse order
  /// of creation, which is about the order in which their gradients appear.
  GradientSync(ModelState& state, const ProcessGrid& grid, std::size_t bucket_bytes = 4u << 20);

  /// Hooks into the tape's backward pass; once per tape, before backward(). Every rank's tape must
  /// hold the same ops.
  void attach(Tape& tape);
  /// Waits for all sums; after it every parameter's grad is defined, as far as the tape makes it,
  /// and alike on all its copies.
  /// Parameters that the objective does not depend on get zeros.
  void finish();

 private:
  struct Bucket {
    Communicator* group;
    std::vector<Parameter*> parameters;
    std::size_t missing = 0;
    Tensor flat;
    std::unique_ptr<Request> request;
  };

  void add_buckets(std::vector<Parameter*> parameters, Communicator& group,
                   std::size_t bucket_bytes);
  std::vector<Tensor*> sent(Parameter& parameter);
  void start(Bucket& bucket);
  void unpack(Bucket& bucket);

  Backend& backend_;
  int probes_ = 0;
  DualParts parts_ = DualParts::all;
  std::vector<Bucket> buckets_;
  std::unordered_map<const Parameter*, std::size_t> bucket_of_;
};

}  // namespace switchyard
