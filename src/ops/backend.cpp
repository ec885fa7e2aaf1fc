#include "ops/backend.hpp"

#include <utility>
#include <vector>

#include "base/error.hpp"
#include "ops/cpu/cpu_backend.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// A copy that was made at once.
class FinishedCopy final : public HostCopy {
 public:
  FinishedCopy(Backend& backend, const Tensor& x) : bytes_(x.bytes()) {
    backend.to_host(x, bytes_.data());
  }
  const void* wait() override { return bytes_.data(); }

 private:
  std::vector<std::byte> bytes_;
};

// Work that is done anew on every run.
class RepeatedWork final : public Program {
 public:
  explicit RepeatedWork(std::function<void()> work) : work_(std::move(work)) {}
  void run() override { work_(); }

 private:
  std::function<void()> work_;
};

}  // namespace

Tensor Backend::from_host(const void* source, Shape shape, DType dtype) {
  Tensor x = empty(std::move(shape), dtype);
  upload(source, x);
  return x;
}

std::vector<Tensor> Backend::convert_all(std::span<const Tensor> xs, DType dtype) {
  std::vector<Tensor> ys;
  for (const Tensor& x : xs) ys.push_back(convert(x, dtype));
  return ys;
}

std::unique_ptr<HostCopy> Backend::start_to_host(const Tensor& x) {
  return std::make_unique<FinishedCopy>(*this, x);
}

std::unique_ptr<Program> Backend::record(std::function<void()> work) {
  return std::make_unique<RepeatedWork>(std::move(work));
}

Tensor Backend::exchange_values(const Tensor&, const std::function<Tensor()>& exchange) {
  return exchange();
}

void Backend::exchange_anew(const Tensor&, const std::function<void()>& exchange) {
  exchange();
}

double Backend::dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  to_host(dots({&a, 1}, {&b, 1}), &sum);
  return sum;
}

std::unique_ptr<Backend> make_backend(BackendKind kind) {
  switch (kind) {
    case BackendKind::ref:
      return std::make_unique<RefBackend>();
    case BackendKind::cpu:
      return std::make_unique<CpuBackend>();
  }
  fail(ExitCode::run_failed, "unknown backend");
}

}  // namespace switchyard
