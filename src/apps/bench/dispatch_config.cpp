#include "apps/bench/dispatch_config.hpp"

#include "apps/bench/choice_list.hpp"
#include "base/error.hpp"
#include "parallel/grid.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kRouter = "router";

std::vector<std::optional<RoutingWorkload>> parse_workloads(const std::string& list) {
  std::vector<std::string_view> names = {kRouter};
  std::vector<std::optional<RoutingWorkload>> all = {std::nullopt}, chosen;
  for (const auto& choice : routing_workload_choices) {
    names.push_back(choice.name);
    all.push_back(choice.value);
  }
  for (std::size_t place : places_of("workload", list, names)) chosen.push_back(all[place]);
  return chosen;
}

bool leaves_ranks_out(const DispatchCase& c) {
  return c.workload == RoutingWorkload::ragged_source || c.workload == RoutingWorkload::zero_rank;
}

// The case with the ep that it gets.
DispatchCase on_grid(DispatchCase c, int ranks) {
  SY_REQUIRE(c.k <= c.experts, ExitCode::bad_usage,
             "--k {} asks for more experts than there are (--experts {}); lower --k or raise "
             "--experts",
             c.k, c.experts);
  SY_REQUIRE(c.tokens >= ranks || leaves_ranks_out(c), ExitCode::bad_usage,
             "--tokens {} leaves some of the {} ranks without a token; give {} or more, or "
             "--workload zero_rank, which means to",
             c.tokens, ranks, ranks);
  HeadConfig head;
  head.experts = c.experts;
  c.ep = choose_expert_parallel(c.ep, ranks, head);
  return c;
}

// The cases with each of the values for one of their members.
template <class Values, class Member>
std::vector<DispatchCase> with_each(const std::vector<DispatchCase>& cases, const Values& values,
                                    Member member, std::string_view key) {
  SY_REQUIRE(!values.empty(), ExitCode::bad_usage,
             "--{} names nothing to measure; give one value or more, with commas", key);
  std::vector<DispatchCase> all;
  for (DispatchCase c : cases)
    for (const auto& value : values) {
      c.*member = value;
      all.push_back(c);
    }
  return all;
}

}  // namespace

std::vector<std::vector<DispatchCase>> dispatch_cases(const DispatchBenchConfig& config,
                                                      int ranks) {
  std::vector<DispatchCase> cases = {{.workload = {},
                                      .classes = config.classes,
                                      .precision = config.machine.precision,
                                      .seed = config.seed}};
  cases = with_each(cases, config.tokens, &DispatchCase::tokens, "tokens");
  cases = with_each(cases, config.features, &DispatchCase::features, "features");
  cases = with_each(cases, config.expert_hidden, &DispatchCase::expert_hidden, "expert-hidden");
  cases = with_each(cases, config.experts, &DispatchCase::experts, "experts");
  cases = with_each(cases, config.k, &DispatchCase::k, "k");
  cases = with_each(cases, config.ep, &DispatchCase::ep, "ep");
  cases = with_each(cases, config.overlap_degree, &DispatchCase::overlap_degree, "overlap-degree");
  cases = with_each(cases, parse_choices("passes", config.passes, dispatch_passes_choices),
                    &DispatchCase::passes, "passes");
  std::vector<std::vector<DispatchCase>> groups;
  for (const DispatchCase& c : cases) {
    groups.push_back(
        with_each({c}, parse_workloads(config.workloads), &DispatchCase::workload, "workload"));
    for (DispatchCase& member : groups.back()) member = on_grid(member, ranks);
  }
  return groups;
}

std::string workload_name(const DispatchCase& c) {
  return std::string(c.workload ? name_of(*c.workload, routing_workload_choices) : kRouter);
}

std::string sizes_text(const DispatchCase& c) {
  return fmt::format("{}, {} tokens of {}, {} experts of {}, k {}, ep {}, overlap degree {}",
                     name_of<DispatchPasses>(c.passes, dispatch_passes_choices), c.tokens,
                     c.features, c.experts, c.expert_hidden, c.k, c.ep, c.overlap_degree);
}

std::string to_string(const DispatchCase& c) {
  return fmt::format("{}, {}", workload_name(c), sizes_text(c));
}

}  // namespace switchyard
