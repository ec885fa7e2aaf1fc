#include <utility>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {

std::vector<KernelCase> all_kernel_cases() {
  std::vector<KernelCase> all;
  for (auto table : {batch_norm_cases, conv2d_cases, elementwise_cases, grouped_linear_cases,
                     image_cases, loss_cases, matrix_cases, random_cases, reduction_cases,
                     routing_cases, row_cases, topk_routing_cases, unary_cases, vector_cases}) {
    for (KernelCase& each : table()) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace switchyard::test
