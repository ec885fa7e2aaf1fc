#pragma once
// A backend that does not compute twice what depends on values alone.
//
// Products with one matrix along many directions revisit the same batches with the same
// parameters: activations, masks, gradients of activations and what ranks sent of these are the
// same each time, and only tangents are new. A classifier that computes on this backend needs to
// know nothing of it. While no pass is run through run(), it hands every call on.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "analysis/primal_record.hpp"
#include "ops/forwarding_backend.hpp"
#include "ops/visit_kernel_types.hpp"

namespace switchyard {

class PrimalCache final : public InterceptingBackend<PrimalCache> {
 public:
  using InterceptingBackend::InterceptingBackend;

  /// Runs `pass`, which looks up and leaves in `record` what it computes of `leaves` and constants
  /// alone. The leaves - parameters, buffers, the batch - are the same tensors with the same
  /// elements in every pass of a record; directions are not among them. All ranks call alike.
  void run(PrimalRecord& record, std::span<const Tensor> leaves, const std::function<void()>& pass);

  void upload(const void* source, Tensor& into) override;
  void to_host(const Tensor& x, void* destination) override;
  std::unique_ptr<HostCopy> start_to_host(const Tensor& x) override;
  bool keeps_values() const override { return pass_ != nullptr; }
  Tensor exchange_values(const Tensor& x, const std::function<Tensor()>& exchange) override;
  void exchange_anew(const Tensor& x, const std::function<void()>& exchange) override;

 private:
  friend InterceptingBackend;

  // What is called, with which inputs. Called with arguments, it looks at each.
  struct Call {
    PrimalPass& pass;
    std::string text;
    std::vector<Tensor> inputs = {};
    bool known = true;

    template <class... X>
    void operator()(const X&... xs) {
      (add(xs), ...);
    }
    void add(const Tensor& x);
    void add(const RunningStatistics* changed) { known = known && !changed; }
    template <class X>
    void add(const X& x) {
      if constexpr (std::is_arithmetic_v<X> || std::is_enum_v<X>)
        text.append(reinterpret_cast<const char*>(&x), sizeof x);
      else
        visit_members(*this, x);
    }
  };

  // Applies `each` to the tensors of a result, in order.
  template <class Each>
  struct ResultVisitor {
    Each each;
    template <class... X>
    void operator()(X&... xs) {
      (visit(xs), ...);
    }
    template <class X>
    void visit(X& x) {
      if constexpr (Either<X, Tensor>)
        each(x);
      else
        visit_members(*this, x);
    }
  };
  template <class Result, class Each>
  static void for_each_tensor(Result& result, Each each) {
    ResultVisitor<Each>{each}(result);
  }

  template <class Method, class... Args>
  std::invoke_result_t<Method, Backend&, Args...> intercept(std::string_view kernel, Method method,
                                                            Args&&... args) {
    if (!pass_) return (inner().*method)(std::forward<Args>(args)...);
    Call call{*pass_, std::string(kernel) + '\n'};
    call(args...);
    if constexpr (std::disjunction_v<std::is_same<Args, Tensor&>...>)
      write(call, method, args...);
    else
      return recall<std::invoke_result_t<Method, Backend&, Args...>>(
          call, [&] { return (inner().*method)(std::forward<Args>(args)...); });
  }

  // A value is not overwritten: it has to be there in the next pass.
  template <class Method, class... Args>
  void write(const Call& call, Method method, Tensor& into, const Args&... args) {
    if (!pass_->knows(into)) {
      need_inputs(call);
      (inner().*method)(into, args...);
      return;
    }
    into = recall<Tensor>(call, [&] {
      Tensor copy = inner().convert(into, into.dtype());
      (inner().*method)(copy, args...);
      return copy;
    });
  }

  template <class Result, class Make>
  Result recall(const Call& call, Make make) {
    if (!call.known) {
      need_inputs(call);
      return make();
    }
    Result result;
    if (auto made = pass_->find(call.text)) {
      if constexpr (std::is_same_v<Result, std::vector<Tensor>>) result.resize(made->size());
      for_each_tensor(result, [next = made->begin()](Tensor& x) mutable { x = *next++; });
      return result;
    }
    require_inputs(call);
    result = make();
    std::vector<Tensor> tensors;
    for_each_tensor(result, [&tensors](const Tensor& x) { tensors.push_back(x); });
    pass_->enter(call.text, tensors);
    return result;
  }

  void expose(const Tensor& x);
  void need_inputs(const Call& call);
  void require_inputs(const Call& call);

  PrimalPass* pass_ = nullptr;
};

}  // namespace switchyard
