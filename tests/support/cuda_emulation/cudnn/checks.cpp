// What is asked of attributes before a descriptor is finalized.

#include <span>
#include <utility>

#include "cuda_emulation/cudnn/content.hpp"

namespace cuda_emulation::cudnn {
namespace {

struct Rule {
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
  std::int64_t count;  ///< 0: any but none
  bool required = true;
};

constexpr auto kPart = CUDNN_TYPE_BACKEND_DESCRIPTOR;
/// Scalars of operations are float or, for double, double.
constexpr auto kScalar = CUDNN_TYPE_FLOAT;

constexpr Rule kTensor[] = {{CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1},
                            {CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1},
                            {CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4},
                            {CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4},
                            {CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1},
                            {CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, false}};
constexpr Rule kConvolution[] = {{CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1},
                                 {CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1},
                                 {CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1},
                                 {CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2},
                                 {CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2},
                                 {CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2},
                                 {CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2}};
constexpr Rule kForward[] = {{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, kPart, 1},
                             {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, kPart, 1},
                             {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, kPart, 1},
                             {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, kPart, 1},
                             {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, kScalar, 1},
                             {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, kScalar, 1}};
constexpr Rule kBackwardData[] = {{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, kPart, 1},
                                  {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, kPart, 1},
                                  {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, kPart, 1},
                                  {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, kPart, 1},
                                  {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, kScalar, 1},
                                  {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, kScalar, 1}};
constexpr Rule kBackwardFilter[] = {
    {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, kPart, 1},
    {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, kPart, 1},
    {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, kPart, 1},
    {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, kPart, 1},
    {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, kScalar, 1},
    {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, kScalar, 1}};
constexpr Rule kFunction[] = {{CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1},
                              {CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, 1}};
constexpr Rule kPointwise[] = {{CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kPart, 1},
                               {CUDNN_ATTR_OPERATION_POINTWISE_XDESC, kPart, 1},
                               {CUDNN_ATTR_OPERATION_POINTWISE_BDESC, kPart, 1, false},
                               {CUDNN_ATTR_OPERATION_POINTWISE_YDESC, kPart, 1},
                               {CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, kScalar, 1, false},
                               {CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, kScalar, 1, false}};
constexpr Rule kGraph[] = {{CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1},
                           {CUDNN_ATTR_OPERATIONGRAPH_OPS, kPart, 0}};
constexpr Rule kHeuristics[] = {{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, kPart, 1},
                                {CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1}};
constexpr Rule kPlan[] = {{CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1},
                          {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, kPart, 1}};
constexpr Rule kPack[] = {{CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 0},
                          {CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 0},
                          {CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1}};

std::span<const Rule> rules_of(cudnnBackendDescriptorType_t type) {
  switch (type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      return kTensor;
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
      return kConvolution;
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return kForward;
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return kBackwardData;
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return kBackwardFilter;
    case CUDNN_BACKEND_POINTWISE_DESCRIPTOR:
      return kFunction;
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR:
      return kPointwise;
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
      return kGraph;
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
      return kHeuristics;
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
      return kPlan;
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      return kPack;
    default:
      return {};
  }
}

Verdict bad(std::string words) {
  return {CUDNN_STATUS_BAD_PARAM, std::move(words)};
}

Verdict check_rule(const Content& content, const Rule& rule) {
  const std::string name = "attribute " + std::to_string(rule.name);
  if (!content.has(rule.name)) return rule.required ? bad(name + " is missing") : Verdict{};
  const bool is_part = content.parts.contains(rule.name);
  if (is_part != (rule.type == kPart)) return bad(name + " has another type");
  const auto count = is_part ? static_cast<std::int64_t>(content.parts.at(rule.name).size())
                             : content.values.at(rule.name).count;
  if (count == 0 || (rule.count != 0 && count != rule.count))
    return bad(name + " has other counts");
  if (is_part) return {};
  const auto type = content.values.at(rule.name).type;
  const bool fits = type == rule.type || (rule.type == kScalar && type == CUDNN_TYPE_DOUBLE);
  return fits ? Verdict{} : bad(name + " has another type");
}

using Sizes = std::vector<std::int64_t>;

Sizes sizes_of(const Content& tensor) {
  return tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
}

Verdict check_tensor(const Content& tensor) {
  for (std::int64_t size : sizes_of(tensor))
    if (size < 1) return bad("a dimension is not positive");
  for (std::int64_t stride : tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES))
    if (stride < 1) return bad("a stride is not positive");
  return {};
}

/// Of a convolution's tensors, given in the order x, w, y.
Verdict check_convolution(const Content& operation, std::span<const Rule> rules) {
  const Content& by = operation.part(rules[0].name);
  const Sizes x = sizes_of(operation.part(rules[1].name));
  const Sizes w = sizes_of(operation.part(rules[2].name));
  const Sizes y = sizes_of(operation.part(rules[3].name));
  const Sizes stride = by.list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
  const Sizes before = by.list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
  const Sizes after = by.list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS);
  if (x[0] != y[0] || x[1] != w[1] || y[1] != w[0]) return bad("channels or batch do not fit");
  for (std::size_t i : {0, 1})
    if (y[2 + i] != (x[2 + i] + before[i] + after[i] - w[2 + i]) / stride[i] + 1)
      return bad("the output has another size");
  return {};
}

Verdict check_pointwise(const Content& operation) {
  const Sizes x = sizes_of(operation.part(CUDNN_ATTR_OPERATION_POINTWISE_XDESC));
  if (sizes_of(operation.part(CUDNN_ATTR_OPERATION_POINTWISE_YDESC)) != x)
    return bad("input and output differ in size");
  const auto mode = operation.part(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)
                        .get<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
  const bool has_b = operation.has(CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  if (has_b != (mode == CUDNN_POINTWISE_ADD)) return bad("the second operand and the mode differ");
  if (!has_b) return {};
  const Sizes b = sizes_of(operation.part(CUDNN_ATTR_OPERATION_POINTWISE_BDESC));
  for (std::size_t i = 0; i < 4; ++i)
    if (b[i] != x[i] && b[i] != 1) return bad("the second operand cannot be broadcast");
  return {};
}

Verdict check_pack(const Content& pack) {
  const bool even = pack.values.at(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).count ==
                    pack.values.at(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS).count;
  return even ? Verdict{} : bad("there are not as many addresses as names");
}

Verdict check_sense(const Content& content, std::span<const Rule> rules) {
  switch (content.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      return check_tensor(content);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return check_convolution(content, rules);
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR:
      return check_pointwise(content);
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      return check_pack(content);
    default:
      return {};
  }
}

}  // namespace

Verdict check(const Content& content) {
  const std::span<const Rule> rules = rules_of(content.type);
  if (rules.empty()) return {CUDNN_STATUS_NOT_SUPPORTED, "the double has no such descriptor"};
  for (const Rule& rule : rules)
    if (Verdict verdict = check_rule(content, rule); verdict.status != CUDNN_STATUS_SUCCESS)
      return verdict;
  const auto known = [&](cudnnBackendAttributeName_t name) {
    for (const Rule& rule : rules)
      if (rule.name == name) return true;
    return false;
  };
  for (const auto& [name, values] : content.values)
    if (!known(name)) return bad("attribute " + std::to_string(name) + " is none of this type");
  for (const auto& [name, parts] : content.parts)
    if (!known(name)) return bad("attribute " + std::to_string(name) + " is none of this type");
  return check_sense(content, rules);
}

}  // namespace cuda_emulation::cudnn
