#pragma once
// Work that comes again and again in the same form: done twice, then recorded once and replayed.
//
// On several ranks all of them record and replay together. Kernels are recorded; what ranks
// exchange within the work is done anew on each run, as steps of the host.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "comm/communicator.hpp"
#include "ops/backend.hpp"

namespace switchyard {

class RecordedWork {
 public:
  /// `work` returns what it has computed; everything else that it reads or changes lies in tensors
  /// that stay. With `recording` off it is called every time. `ranks` do the work together. The
  /// references must outlive this.
  RecordedWork(Backend& backend, Communicator& ranks, bool recording, std::function<Tensor()> work);
  RecordedWork(const RecordedWork&) = delete;  // the program holds its address
  RecordedWork& operator=(const RecordedWork&) = delete;

  /// `form` is all that shapes in the work depend on, on all ranks: the global batch size. The
  /// result is overwritten by the next run. Where a program finds no memory on some rank, recording
  /// is given up on all. Collective.
  Tensor run(std::int64_t form);
  bool recording() const { return recording_; }
  /// Gives back the program's memory.
  void forget();

 private:
  void record(std::int64_t form);
  bool on_all_ranks(bool done);

  Backend& backend_;
  Communicator& ranks_;
  bool recording_;
  std::function<Tensor()> work_;
  std::optional<std::int64_t> last_;      ///< form of the run before
  std::optional<std::int64_t> recorded_;  ///< that of the program
  std::unique_ptr<Program> program_;
  Tensor result_;  ///< where the program leaves it
};

}  // namespace switchyard
