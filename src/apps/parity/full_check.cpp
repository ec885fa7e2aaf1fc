#include <cmath>
#include <numeric>

#include "apps/parity/checks.hpp"
#include "apps/parity/compare_model.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/hash_weights.hpp"
#include "apps/parity/hessian.hpp"
#include "apps/parity/objectives.hpp"

namespace switchyard::parity {
namespace {

using Numbers = std::vector<double>;

class FullCheck {
 public:
  FullCheck(const Fixture& fixture, const Machine& machine, Report& report)
      : fixture_(fixture),
        machine_(machine),
        comparison_(fixture, machine, report),
        inference_(fixture, machine, report, "inference."),
        hash_(fixture),
        model_(read_model(fixture)),
        subject_(machine, model_.config, model_.weights),
        images_(hash_.images(fixture.shape("y").at(0))),
        samples_(share_samples(machine, images_, hash_.labels(images_.dim(0)))) {}

  void check_generator() {
    compare_tensors(
        "weights.sum", fixture_.list("state_names"), value_of,
        [](auto&, const Numbers& x) { return Numbers{std::accumulate(x.begin(), x.end(), 0.0)}; });
    compare_tensors("weights.first4", fixture_.list("state_names"), value_of,
                    [](auto&, const Numbers& x) { return Numbers(x.begin(), x.begin() + 4); });
    Numbers pixels = to_numbers(images_);
    pixels.resize(8);
    comparison_.shared("x_first8", pixels);
    comparison_.rows("y", samples_.labels, samples_.share);
  }

  void check_eval() {
    Tape untaped(machine_.backend, Recording::off);
    run(inference_, "", untaped, Mode::eval, {});
    Tape tape(machine_.backend, Recording::on);
    Variable loss = run(comparison_, "", tape, Mode::eval, {});
    comparison_.shared("loss", {subject_.total(loss)});
    subject_.differentiate(tape, loss);
    compare_vectors("grad.", [](const Parameter& p) { return p.grad.value; });
  }

  void check_hvp() {
    AlongDirection along = differentiate_along(
        subject_, samples_,
        [&](const std::string& name, const Shape& shape) { return hash_.direction(name, shape); });
    compare_vectors("hv.", [](const Parameter& p) { return p.grad.tangents[0]; });
    comparison_.shared("vhv", {along.curvature});
  }

  void check_train() {
    Tape tape(machine_.backend, Recording::on);
    Tensor noise = read_rows(fixture_, "train.noise", samples_.share, machine_);
    Variable loss = run(comparison_, "train.", tape, Mode::train, noise);
    comparison_.shared("train.loss_ce", {subject_.total(loss)});
    subject_.differentiate(tape, loss);
    compare_vectors("train.grad.", [](const Parameter& p) { return p.grad.value; });
    auto statistics = fixture_.list("buffer_names");
    compare_tensors("train.after.sum", statistics, value_of, [](auto&, const Numbers& x) {
      return Numbers{std::accumulate(x.begin(), x.end(), 0.0)};
    });
    compare_tensors("train.after.sumsq", statistics, value_of, [](auto&, const Numbers& x) {
      return Numbers{std::inner_product(x.begin(), x.end(), x.begin(), 0.0)};
    });
  }

 private:
  using TensorOf = std::function<Tensor(const Parameter&)>;
  using Summary = std::function<Numbers(const std::string& name, const Numbers& elements)>;

  static Tensor value_of(const Parameter& p) { return p.value; }

  // This rank's share of the loss, after comparing the outputs.
  Variable run(Comparison& comparison, const std::string& prefix, Tape& tape, Mode mode,
               const Tensor& noise) {
    ForwardContext context = subject_.context(tape, mode, samples_, noise);
    Classifier::Output output = subject_.forward(context, samples_);
    compare_outputs(comparison, prefix, output, samples_.share);
    return training_objective(context, output.head, samples_.labels, samples_.batch,
                              subject_.head(), cross_entropy_objective())
        .share;
  }

  // A summary of each named buffer, or of what `tensor_of` a named parameter gives.
  void compare_tensors(const std::string& name, const std::vector<std::string>& tensors,
                       const TensorOf& tensor_of, const Summary& summary) {
    std::vector<HeldNumbers> held;
    for (const std::string& tensor : tensors) {
      HeldNumbers& one = held.emplace_back();
      Parameter* p = subject_.state().find_parameter(tensor);
      BufferTensor* buffer = subject_.find_buffer(tensor);
      if (!p && !buffer) continue;
      one.copies = p ? subject_.copies(*p) : subject_.grid().world().size();
      one.values = summary(tensor, comparison_.numbers(p ? tensor_of(*p) : buffer->value));
    }
    comparison_.held(name, held);
  }

  // Norm, and inner product with the direction v, of a tensor of each parameter.
  void compare_vectors(const std::string& prefix, const TensorOf& tensor_of) {
    auto names = fixture_.list("param_names");
    compare_tensors(prefix + "norm", names, tensor_of, [](auto&, const Numbers& x) {
      return Numbers{std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0))};
    });
    compare_tensors(prefix + "dot_v", names, tensor_of, [&](auto& name, const Numbers& x) {
      Numbers v = to_numbers(hash_.direction(name, {static_cast<std::int64_t>(x.size())}));
      return Numbers{std::inner_product(x.begin(), x.end(), v.begin(), 0.0)};
    });
  }

  const Fixture& fixture_;
  const Machine& machine_;
  Comparison comparison_;
  Comparison inference_;
  HashWeights hash_;
  FixtureModel model_;
  Subject subject_;
  Tensor images_;
  Samples samples_;
};

}  // namespace

void check_full(const Fixture& fixture, const Machine& machine, Report& report) {
  FullCheck full(fixture, machine, report);
  full.check_generator();
  full.check_eval();
  full.check_hvp();
  full.check_train();
}

}  // namespace switchyard::parity
