#include "ops/arithmetic.hpp"
#include "ops/batch_norm.hpp"
#include "ops/derivatives/local_exchange.hpp"
#include "ops/derivatives/op_case.hpp"

namespace switchyard::test {
namespace {

enum class Statistics { of_batch, given };

// With given statistics, which need not be those of a batch.
Variable normalised(Tape& tape, const BatchNormInputs& inputs, const BatchNormSpec& spec) {
  const std::vector<double> mean = {0.3, -0.2, 0.1}, variance = {1.5, 0.7, 2.0};
  Backend& backend = tape.backend();
  return batch_norm_eval(tape, inputs, spec, backend.from_host(mean.data(), {3}, DType::f64),
                         backend.from_host(variance.data(), {3}, DType::f64));
}

// Inputs x, gamma, beta and, with a residual, that. gamma is scaled down and beta and the residual
// up, so that no sum comes near the kink of ReLU.
Variable normalised(Tape& tape, Inputs in, Activation activation, Statistics statistics) {
  Variable gamma = scale(tape, in[1], 0.1);
  bool has_residual = in.size() == 4;
  Variable beta = scale(tape, in[2], has_residual ? 0.2 : 2.0);
  Variable residual = has_residual ? scale(tape, in[3], 3.0) : Variable{};
  BatchNormInputs inputs{in[0], gamma, beta, has_residual ? &residual : nullptr};
  BatchNormSpec spec{.eps = 1e-3, .activation = activation};
  Backend& backend = tape.backend();
  if (statistics == Statistics::of_batch)
    return batch_norm_train(tape, inputs, spec, local_reducer(),
                            batch_statistics(backend, in[0].value(), spec.eps, local_reducer()));
  return normalised(tape, inputs, spec);
}

}  // namespace

std::vector<OpCase> batch_norm_cases(std::int64_t rows) {
  std::vector<OpCase> cases;
  for (Statistics statistics : {Statistics::of_batch, Statistics::given})
    for (Activation activation : {Activation::none, Activation::relu})
      for (bool residual : {false, true}) {
        std::string name = statistics == Statistics::given ? "batch_norm_eval" : "batch_norm_train";
        if (residual) name += "_residual";
        if (activation == Activation::relu) name += "_relu";
        std::vector<Shape> shapes = {{rows, 2, 1, 3}, {3}, {3}};
        if (residual) shapes.push_back(shapes[0]);
        cases.push_back({name, shapes, [=](Tape& tape, Inputs in) {
                           return normalised(tape, in, activation, statistics);
                         }});
      }
  // Inputs that are leaves: no activation, since their sums may come near its kink.
  cases.push_back({"batch_norm_eval_of_leaves",
                   {{rows, 2, 1, 3}, {3}, {3}, {rows, 2, 1, 3}},
                   [](Tape& tape, Inputs in) {
                     return normalised(tape, {in[0], in[1], in[2], &in[3]}, {.eps = 1e-3});
                   }});
  return cases;
}

}  // namespace switchyard::test
