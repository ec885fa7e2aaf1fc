// What the operations of a graph compute, in plain loops over doubles.

#include <algorithm>
#include <array>
#include <stdexcept>

#include "cuda_emulation/cudnn/engines.hpp"
#include "cuda_emulation/number_formats.hpp"

namespace cuda_emulation::cudnn {
namespace {

/// A tensor of dimensions (n,c,h,w), kept as (n,h,w,c).
struct Array {
  std::int64_t n, c, h, w;
  std::vector<double> values;

  const double* pixel(std::int64_t in, std::int64_t ih, std::int64_t iw) const {
    return values.data() + ((in * h + ih) * w + iw) * c;
  }
  double* pixel(std::int64_t in, std::int64_t ih, std::int64_t iw) {
    return values.data() + ((in * h + ih) * w + iw) * c;
  }
};
using Arrays = std::map<std::int64_t, Array>;

cudaDataType_t format_of(const Content& tensor) {
  switch (tensor.get<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE)) {
    case CUDNN_DATA_FLOAT:
      return CUDA_R_32F;
    case CUDNN_DATA_DOUBLE:
      return CUDA_R_64F;
    case CUDNN_DATA_BFLOAT16:
      return CUDA_R_16BF;
    default:
      throw std::logic_error("the double of cuDNN does not know this element type");
  }
}

std::int64_t name_of(const Content& tensor) {
  return tensor.get<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID);
}

Array make_array(const Content& tensor) {
  const auto size = tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
  return {size[0], size[1], size[2], size[3],
          std::vector<double>(static_cast<std::size_t>(size[0] * size[1] * size[2] * size[3]))};
}

/// Calls visit(value, address) for every element of a tensor in memory.
template <class Visit>
void for_each_element(const Content& tensor, Array& array, std::byte* base, Visit visit) {
  const auto stride = tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES);
  const auto bytes = static_cast<std::int64_t>(size_of(format_of(tensor)));
  double* value = array.values.data();
  for (std::int64_t n = 0; n < array.n; ++n)
    for (std::int64_t h = 0; h < array.h; ++h)
      for (std::int64_t w = 0; w < array.w; ++w)
        for (std::int64_t c = 0; c < array.c; ++c)
          visit(*value++,
                base + bytes * (n * stride[0] + c * stride[1] + h * stride[2] + w * stride[3]));
}

double shorten(double value, cudaDataType_t format, Rounding rounding) {
  if (rounding == Rounding::tf32 && format == CUDA_R_32F) return round_to_tf32(value);
  if (rounding != Rounding::bf16) return value;
  std::array<std::byte, 2> shorter;
  store(shorter.data(), CUDA_R_16BF, value);
  return load(shorter.data(), CUDA_R_16BF);
}

/// Calls visit(output pixel, tap, input pixel), each as (n or 0, h, w), for every triple inside.
template <class Visit>
void for_each_tap(const Content& by, const Array& x, const Array& w, const Array& y, Visit visit) {
  const auto stride = by.list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
  const auto padding = by.list<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
  for (std::int64_t n = 0; n < y.n; ++n)
    for (std::int64_t oh = 0; oh < y.h; ++oh)
      for (std::int64_t ow = 0; ow < y.w; ++ow)
        for (std::int64_t kh = 0; kh < w.h; ++kh)
          for (std::int64_t kw = 0; kw < w.w; ++kw) {
            const std::int64_t h = oh * stride[0] + kh - padding[0];
            const std::int64_t v = ow * stride[1] + kw - padding[1];
            if (h >= 0 && h < x.h && v >= 0 && v < x.w) visit(n, oh, ow, kh, kw, h, v);
          }
}

void add_scaled(double* y, double factor, const double* x, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] += factor * x[i];
}

/// (o,i,kh,kw) with the roles of o and i exchanged, so that sums over outputs run over neighbours.
Array exchange_channels(const Array& w) {
  Array turned{w.c, w.n, w.h, w.w, std::vector<double>(w.values.size())};
  for (std::int64_t o = 0; o < w.n; ++o)
    for (std::int64_t h = 0; h < w.h; ++h)
      for (std::int64_t v = 0; v < w.w; ++v)
        for (std::int64_t i = 0; i < w.c; ++i) turned.pixel(i, h, v)[o] = w.pixel(o, h, v)[i];
  return turned;
}

Array convolve(const Content& by, const Array& x, const Array& w, Array y) {
  const Array turned = exchange_channels(w);
  for_each_tap(by, x, w, y, [&](auto n, auto oh, auto ow, auto kh, auto kw, auto h, auto v) {
    for (std::int64_t i = 0; i < x.c; ++i)
      add_scaled(y.pixel(n, oh, ow), x.pixel(n, h, v)[i], turned.pixel(i, kh, kw), y.c);
  });
  return y;
}

Array convolve_back_to_data(const Content& by, Array x, const Array& w, const Array& y) {
  for_each_tap(by, x, w, y, [&](auto n, auto oh, auto ow, auto kh, auto kw, auto h, auto v) {
    for (std::int64_t o = 0; o < y.c; ++o)
      add_scaled(x.pixel(n, h, v), y.pixel(n, oh, ow)[o], w.pixel(o, kh, kw), x.c);
  });
  return x;
}

Array convolve_back_to_filter(const Content& by, const Array& x, Array w, const Array& y) {
  for_each_tap(by, x, w, y, [&](auto n, auto oh, auto ow, auto kh, auto kw, auto h, auto v) {
    for (std::int64_t o = 0; o < y.c; ++o)
      add_scaled(w.pixel(o, kh, kw), y.pixel(n, oh, ow)[o], x.pixel(n, h, v), x.c);
  });
  return w;
}

Array add(const Array& x, const Array& b) {
  Array y = x;
  for (std::int64_t n = 0; n < y.n; ++n)
    for (std::int64_t h = 0; h < y.h; ++h)
      for (std::int64_t w = 0; w < y.w; ++w)
        add_scaled(y.pixel(n, h, w), 1.0,
                   b.n == 1 && b.h == 1 && b.w == 1 ? b.values.data() : b.pixel(n, h, w), y.c);
  return y;
}

Array relu(Array x) {
  for (double& value : x.values) value = std::max(value, 0.0);
  return x;
}

Array apply(const Content& operation, const std::vector<const Content*>& tensors,
            const Arrays& known) {
  const auto in = [&](std::size_t i) -> const Array& { return known.at(name_of(*tensors[i])); };
  Array out = make_array(*tensors.back());
  switch (operation.type) {
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return convolve(operation.part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC), in(0),
                      in(1), std::move(out));
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return convolve_back_to_data(
          operation.part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC), std::move(out),
          in(0), in(1));
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return convolve_back_to_filter(
          operation.part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC), in(0),
          std::move(out), in(1));
    default:
      return tensors.size() == 3 ? add(in(0), in(1)) : relu(in(0));
  }
}

std::size_t bytes_of(const Content& tensor) {
  const auto size = tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
  const auto stride = tensor.list<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES);
  std::int64_t last = 0;
  for (std::size_t i = 0; i < size.size(); ++i) last += (size[i] - 1) * stride[i];
  return static_cast<std::size_t>(last + 1) * size_of(format_of(tensor));
}

/// The tensors in memory that a graph reads.
std::vector<const Content*> inputs_of(const Content& graph) {
  std::vector<const Content*> inputs;
  for (const Shared& operation : graph.parts.at(CUDNN_ATTR_OPERATIONGRAPH_OPS)) {
    auto tensors = tensors_of(*operation);
    tensors.pop_back();
    for (const Content* tensor : tensors)
      if (!tensor->get<bool>(CUDNN_ATTR_TENSOR_IS_VIRTUAL)) inputs.push_back(tensor);
  }
  return inputs;
}

/// What a graph was run on last and what came of it: engines that are timed one after the other
/// compute the same again and again.
struct LastRun {
  Shared graph = {};
  Rounding rounding{};
  std::map<std::int64_t, std::vector<std::byte>> inputs = {};
  std::vector<std::byte> result = {};

  bool was(const Shared& other, Rounding same, const Places& places) const {
    return graph == other && rounding == same &&
           std::ranges::all_of(inputs, [&](const auto& input) {
             return std::equal(input.second.begin(), input.second.end(), places.at(input.first));
           });
  }
};

Arrays read_inputs(const Content& graph, Rounding rounding, const Places& places) {
  Arrays inputs;
  for (const Content* tensor : inputs_of(graph)) {
    const cudaDataType_t format = format_of(*tensor);
    Array& array = inputs[name_of(*tensor)] = make_array(*tensor);
    for_each_element(*tensor, array, places.at(name_of(*tensor)),
                     [&](double& value, const std::byte* address) {
                       value = shorten(load(address, format), format, rounding);
                     });
  }
  return inputs;
}

void compute(const Content& graph, Arrays& known) {
  for (const Shared& operation : graph.parts.at(CUDNN_ATTR_OPERATIONGRAPH_OPS)) {
    const auto tensors = tensors_of(*operation);
    known[name_of(*tensors.back())] = apply(*operation, tensors, known);
  }
}

}  // namespace

std::vector<const Content*> tensors_of(const Content& operation) {
  const auto part = [&](auto name) { return &operation.part(name); };
  switch (operation.type) {
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return {part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X),
              part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W),
              part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y)};
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return {part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W),
              part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY),
              part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX)};
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return {part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X),
              part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY),
              part(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW)};
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR:
      if (operation.has(CUDNN_ATTR_OPERATION_POINTWISE_BDESC))
        return {part(CUDNN_ATTR_OPERATION_POINTWISE_XDESC),
                part(CUDNN_ATTR_OPERATION_POINTWISE_BDESC),
                part(CUDNN_ATTR_OPERATION_POINTWISE_YDESC)};
      return {part(CUDNN_ATTR_OPERATION_POINTWISE_XDESC),
              part(CUDNN_ATTR_OPERATION_POINTWISE_YDESC)};
    default:
      throw std::logic_error("the double of cuDNN does not know this operation");
  }
}

void run_graph(const Shared& graph, Rounding rounding, const Places& places) {
  static LastRun last;
  const Content& result =
      *tensors_of(*graph->parts.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).back()).back();
  std::byte* into = places.at(name_of(result));
  if (last.was(graph, rounding, places)) {
    std::ranges::copy(last.result, into);
    return;
  }
  Arrays known = read_inputs(*graph, rounding, places);
  compute(*graph, known);
  const double factor = rounding == Rounding::noisy ? 1.001 : 1.0;
  for_each_element(result, known.at(name_of(result)), into, [&](double& value, std::byte* address) {
    store(address, format_of(result), factor * value);
  });
  last = {graph, rounding, {}, {into, into + bytes_of(result)}};
  for (const Content* tensor : inputs_of(*graph)) {
    const std::byte* from = places.at(name_of(*tensor));
    last.inputs[name_of(*tensor)] = {from, from + bytes_of(*tensor)};
  }
}

}  // namespace cuda_emulation::cudnn
