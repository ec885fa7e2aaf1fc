#pragma once
// oneDNN, with the one difference between its major versions 2 and 3 that matters here: how
// primitive descriptors are made.

#include <oneapi/dnnl/dnnl_version.h>
#include <oneapi/dnnl/dnnl.hpp>

namespace switchyard::onednn {

/// Memory and geometry of a convolution. `bias` may be empty.
struct ConvDescs {
  dnnl::memory::desc x, w, bias, y;
  dnnl::memory::dims strides, padding;
};

inline constexpr auto kDirect = dnnl::algorithm::convolution_direct;
inline constexpr auto kTraining = dnnl::prop_kind::forward_training;

inline auto forward_desc(const dnnl::engine& engine, const ConvDescs& d,
                         const dnnl::primitive_attr& attr) {
  using Convolution = dnnl::convolution_forward;
#if DNNL_VERSION_MAJOR >= 3
  return Convolution::primitive_desc(engine, kTraining, kDirect, d.x, d.w, d.bias, d.y, d.strides,
                                     d.padding, d.padding, attr);
#else
  return Convolution::primitive_desc(
      {kTraining, kDirect, d.x, d.w, d.bias, d.y, d.strides, d.padding, d.padding}, attr, engine);
#endif
}

/// The implementation that oneDNN would choose second; empty where there is only one.
inline dnnl::convolution_forward::primitive_desc second_forward_desc(
    const dnnl::engine& engine, const ConvDescs& d, const dnnl::primitive_attr& attr) {
  using Convolution = dnnl::convolution_forward;
#if DNNL_VERSION_MAJOR >= 3
  auto found = forward_desc(engine, d, attr);
#else
  // Version 2 reads the descriptor again when it goes on to the next implementation.
  const Convolution::desc desc{kTraining, kDirect,   d.x,       d.w,      d.bias,
                               d.y,       d.strides, d.padding, d.padding};
  Convolution::primitive_desc found(desc, attr, engine);
#endif
  return found.next_impl() ? found : Convolution::primitive_desc();
}

inline auto backward_data_desc(const dnnl::engine& engine, const ConvDescs& d,
                               const dnnl::primitive_attr& attr,
                               const dnnl::convolution_forward::primitive_desc& forward) {
  using Convolution = dnnl::convolution_backward_data;
#if DNNL_VERSION_MAJOR >= 3
  return Convolution::primitive_desc(engine, kDirect, d.x, d.w, d.y, d.strides, d.padding,
                                     d.padding, forward, attr);
#else
  return Convolution::primitive_desc({kDirect, d.x, d.w, d.y, d.strides, d.padding, d.padding},
                                     attr, engine, forward);
#endif
}

inline auto backward_weights_desc(const dnnl::engine& engine, const ConvDescs& d,
                                  const dnnl::primitive_attr& attr,
                                  const dnnl::convolution_forward::primitive_desc& forward) {
  using Convolution = dnnl::convolution_backward_weights;
#if DNNL_VERSION_MAJOR >= 3
  return Convolution::primitive_desc(engine, kDirect, d.x, d.w, d.y, d.strides, d.padding,
                                     d.padding, forward, attr);
#else
  return Convolution::primitive_desc({kDirect, d.x, d.w, d.y, d.strides, d.padding, d.padding},
                                     attr, engine, forward);
#endif
}

inline void append_relu(dnnl::post_ops& ops) {
#if DNNL_VERSION_MAJOR >= 3
  ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#else
  ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#endif
}

}  // namespace switchyard::onednn
