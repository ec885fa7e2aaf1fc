#include "ops/derivatives/op_case.hpp"
#include "ops/rows.hpp"
#include "ops/topk_routing.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t experts = 5;

Tensor table(Backend& backend, std::int64_t rows, const std::function<double(std::int64_t)>& f) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < rows * experts; ++i) values.push_back(f(i));
  return backend.from_host(values.data(), {rows, experts}, DType::f64);
}

// Some logits dropped, the others scaled up.
Tensor mask(Backend& backend, std::int64_t rows) {
  return table(backend, rows, [](std::int64_t i) { return i % 7 == 2 ? 0.0 : 1.25; });
}

Tensor noise(Backend& backend, std::int64_t rows) {
  return table(backend, rows,
               [](std::int64_t i) { return static_cast<double>(i * 5 % 11) / 4 - 1.1; });
}

// Every result, side by side.
OpCase noisy_case(const std::string& name, std::int64_t rows, const TopKSpec& spec) {
  Shape logits = {rows, experts};
  return {name, {logits, logits}, [rows, spec](Tape& tape, Inputs in) {
            Backend& backend = tape.backend();
            auto out = topk_routing(tape,
                                    {.gate_logits = in[0],
                                     .noise_logits = &in[1],
                                     .noise = noise(backend, rows),
                                     .mask = mask(backend, rows)},
                                    spec);
            return concat_columns(
                tape, std::vector{out.clean, out.noise_std, out.logits, out.weights, out.probs});
          }};
}

// One result, without noise and mask.
OpCase quiet_case(const std::string& name, std::int64_t rows, const TopKSpec& spec,
                  Variable TopKRouterOutputs::*result) {
  return {name, {{rows, experts}}, [spec, result](Tape& tape, Inputs in) {
            return topk_routing(tape, {.gate_logits = in[0]}, spec).*result;
          }};
}

// Experts that are given, not the best ones; the weights depend on the logits all the same.
OpCase given_case(const std::string& name, std::int64_t rows, const TopKSpec& spec) {
  return {name, {{rows, experts}}, [rows, spec](Tape& tape, Inputs in) {
            std::vector<std::int32_t> chosen;
            for (std::int64_t i = 0; i < rows; ++i)
              for (int j = 0; j < spec.k; ++j)
                chosen.push_back(static_cast<std::int32_t>((i + 2 * j) % experts));
            Tensor given = tape.backend().from_host(chosen.data(), {rows, spec.k}, DType::i32);
            auto out = topk_routing(tape, {.gate_logits = in[0], .chosen = given}, spec);
            return concat_columns(tape, std::vector{out.logits, out.weights, out.probs});
          }};
}

}  // namespace

std::vector<OpCase> routing_cases(std::int64_t rows) {
  TopKSpec spec{.k = 2, .noise_floor = 0.3, .temperature = 0.7}, full = spec, raw = spec,
                                                                 all = spec;
  full.full_softmax = true;
  raw.standardize = false;
  all.k = experts;
  return {
      noisy_case("topk_routing", rows, spec),
      noisy_case("topk_routing_full_softmax", rows, full),
      noisy_case("topk_routing_raw", rows, raw),
      noisy_case("topk_routing_of_all", rows, all),
      given_case("topk_routing_given", rows, spec),
      given_case("topk_routing_given_full_softmax", rows, full),
      quiet_case("topk_routing_clean", rows, spec, &TopKRouterOutputs::clean),
      quiet_case("topk_routing_logits", rows, raw, &TopKRouterOutputs::logits),
      quiet_case("topk_routing_weights", rows, spec, &TopKRouterOutputs::weights),
      quiet_case("topk_routing_probs", rows, full, &TopKRouterOutputs::probs),
  };
}

}  // namespace switchyard::test
