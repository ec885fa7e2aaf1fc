#pragma once
// Any number of tensors for launches that each take a TensorList of them.

#include <vector>

#include "device/tensor.hpp"
#include "ops/cuda/tensor_list.hpp"
#include "ops/dispatch.hpp"

namespace switchyard {

/// Groups of kOperands tensors of one size; the first ones of all groups share a type.
template <int kOperands>
class TensorLists {
 public:
  /// A group without elements is left out.
  void add(const std::array<const Tensor*, kOperands>& group) {
    const Tensor& first = *group[0];
    if (first.numel() == 0) return;
    SY_REQUIRE(all_.empty() || dtype_ == first.dtype(), ExitCode::run_failed,
               "one call takes vectors of one type (found {} and {})", to_string(dtype_),
               to_string(first.dtype()));
    dtype_ = first.dtype();
    if (all_.empty() || all_.back().full()) all_.emplace_back();
    std::array<void*, kOperands> addresses;
    for (int i = 0; i < kOperands; ++i) addresses[i] = const_cast<std::byte*>(group[i]->raw());
    all_.back().add(addresses, first.numel());
  }
  /// Calls use.template operator()<T>(list) for each list, T being the type of the first tensors.
  template <class Use>
  void for_each(Use use) const {
    for (const auto& list : all_)
      dispatch_compute(dtype_, [&]<class T>() { use.template operator()<T>(list); });
  }
  std::int64_t chunks() const {
    std::int64_t sum = 0;
    for (const auto& list : all_) sum += list.chunks();
    return sum;
  }

 private:
  std::vector<TensorList<kOperands>> all_;
  DType dtype_ = DType::f32;
};

}  // namespace switchyard
