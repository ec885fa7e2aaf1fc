#pragma once
// Work that comes again and again in the same form: done once, recorded once, then replayed.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "ops/backend.hpp"

namespace switchyard {

class RecordedWork {
 public:
  /// `work` returns what it has computed; everything else that it reads or changes lies in tensors
  /// that stay. With `recording` off it is called every time. `backend` must outlive this.
  RecordedWork(Backend& backend, bool recording, std::function<Tensor()> work);
  RecordedWork(const RecordedWork&) = delete;  // the program holds its address
  RecordedWork& operator=(const RecordedWork&) = delete;

  /// `form` is all that shapes in the work depend on: the batch size. The result is overwritten by
  /// the next run. Where a program finds no memory, recording is given up.
  Tensor run(std::int64_t form);
  bool recording() const { return recording_; }
  /// Gives back the program's memory.
  void forget();

 private:
  bool record(std::int64_t form);

  Backend& backend_;
  bool recording_;
  std::function<Tensor()> work_;
  std::optional<std::int64_t> last_;      ///< form of the run before
  std::optional<std::int64_t> recorded_;  ///< that of the program
  std::unique_ptr<Program> program_;
  Tensor result_;  ///< where the program leaves it
};

}  // namespace switchyard
