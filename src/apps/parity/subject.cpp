#include "apps/parity/subject.hpp"

#include "parallel/gradient_sync.hpp"

namespace switchyard::parity {
namespace {

// A folder may hold dense cases too, which have no experts to shard.
DistributedOptions options_for(const Machine& machine, const HeadConfig& head) {
  return {.precision = machine.dtype == DType::f64 ? Precision::f64 : Precision::f32,
          .ep = head.is_moe() ? machine.ep : 0};
}

}  // namespace

Subject::Subject(const Machine& machine, const ModelConfig& config, const TensorSource& weights)
    : cache_(machine.backend),
      model_(cache_, machine.world, config, options_for(machine, config.head)) {
  load_state(state(), weights);
}

ForwardContext Subject::context(Tape& tape, Mode mode, const Samples& samples, Tensor gate_noise) {
  ForwardContext context = model_.context(tape, mode, samples.ids);
  context.gate_noise = std::move(gate_noise);
  return context;
}

Classifier::Output Subject::forward(const ForwardContext& context, const Samples& samples) {
  return model().forward(context, context.tape.constant(samples.x));
}

void Subject::differentiate(Tape& tape, const Variable& share) {
  GradientSync sync(state(), grid());
  sync.attach(tape);
  tape.backward(share, backend().full({1}, dtype(), 1.0));
  sync.finish();
}

double Subject::total(const Variable& share) {
  Tensor sum = backend().convert(batch().sum(share.value()), DType::f64);
  double value = 0;
  backend().to_host(sum, &value);
  return value;
}

BufferTensor* Subject::find_buffer(const std::string& name) {
  for (BufferTensor& buffer : state().buffers())
    if (buffer.name == name) return &buffer;
  return nullptr;
}

}  // namespace switchyard::parity
