#include "ops/ref/loss_check.hpp"

#include "ops/ref/check.hpp"

namespace switchyard::ref {

void expect_classification(const Tensor& logits, const Tensor& labels) {
  expect_rank(logits, "the logits", 2);
  expect(labels, "the labels", {logits.dim(0), 1}, DType::i32);
  SY_REQUIRE(logits.dim(1) > 0, ExitCode::run_failed,
             "logits of shape {} have no classes that labels could name",
             to_string(logits.shape()));
}

void expect_entries(const Tensor& x) {
  expect_rank(x, "the vector", 1);
  SY_REQUIRE(x.dim(0) > 0, ExitCode::run_failed, "a vector without entries has no variation");
}

}  // namespace switchyard::ref
