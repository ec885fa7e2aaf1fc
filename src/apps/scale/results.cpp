#include "apps/scale/results.hpp"

#include <nlohmann/json.hpp>

#include "apps/json.hpp"

namespace switchyard {
namespace {

constexpr int kFormat = 2;

Json json_of(const Link& link) {
  return {{"latency", link.latency}, {"bandwidth", link.bandwidth}};
}

Json json_of(const ScalingModel& model) {
  Json zones = Json::array();
  ZoneTable<double>::for_each([&](Zone zone, Pass pass) {
    const LinearCost& cost = model.costs.at(zone, pass);
    if (cost.fixed == 0 && cost.per_unit == 0) return;
    zones.push_back({{"zone", name_of(zone, zone_choices)},
                     {"pass", name_of(pass, pass_choices)},
                     {"fixed", cost.fixed},
                     {"per_unit", cost.per_unit}});
  });
  return {{"node", json_of(model.links.node)},
          {"network", json_of(model.links.network)},
          {"call", model.links.call},
          {"ranks_per_node", model.ranks_per_node},
          {"all_reduce", name_of(model.all_reduce, all_reduce_choices)},
          {"spread", model.spread},
          {"zones", std::move(zones)}};
}

Json json_of(const ComparedPoint& compared) {
  return {{"name", compared.point.name},
          {"ranks", compared.point.grid.ranks},
          {"ep", compared.point.grid.ep},
          {"batch", compared.point.shape.batch},
          {"measured", compared.point.step},
          {"fitted", compared.modelled},
          {"left_out", or_null(compared.left_out)},
          {"error", or_null(compared.error())}};
}

Json schedule_of(const ScalingModel& model, const ScaleRow& row) {
  const StepPrediction& prediction = row.prediction;
  Json events = Json::array();
  for (const StepEvent& event : prediction.schedule.events) {
    if (event.kind == StepEvent::Kind::wait) continue;
    Json entry = {{"zone", name_of(event.zone, zone_choices)},
                  {"pass", name_of(event.pass, pass_choices)}};
    if (event.kind == StepEvent::Kind::compute) {
      entry["seconds"] = event.share * prediction.work.at(event.zone, event.pass);
    } else {
      const auto index = static_cast<std::size_t>(event.message);
      const Message& message = prediction.schedule.messages[index];
      entry["operation"] = name_of(message.operation, collective_choices);
      entry["group"] = name_of(message.group, rank_group_choices);
      entry["bytes"] = message.bytes;
      entry["started"] = event.kind == StepEvent::Kind::start;
      entry["seconds"] = prediction.messages[index];
      if (message.operation == Collective::all_reduce)
        entry["algorithm"] =
            name_of(chosen_algorithm(model.all_reduce,
                                     layout_of(message.group, row.grid, model.ranks_per_node),
                                     message.bytes, model.links),
                    all_reduce_choices);
    }
    events.push_back(std::move(entry));
  }
  return events;
}

// The parts in the order of the table's columns.
std::vector<std::pair<const char*, double>> parts_of(const StepBreakdown& parts) {
  return {{"forward", parts.forward},
          {"backward", parts.backward},
          {"experts_exchange", parts.experts_exchange},
          {"gradient_sync", parts.gradient_sync},
          {"norm_sync", parts.norm_sync},
          {"waiting", parts.waiting},
          {"other", parts.other}};
}

Json json_of(const ScaleRow& row) {
  Json json = {{"ranks", row.grid.ranks},
               {"dp", row.grid.dp()},
               {"ep", row.grid.ep},
               {"batch", row.shape.batch},
               {"experts", row.shape.model.head.is_moe() ? row.shape.model.head.experts : 0},
               {"overload", row.overload},
               {"step", row.prediction.parts.total()}};
  for (const auto& [name, seconds] : parts_of(row.prediction.parts)) json[name] = seconds;
  json["efficiency"] = row.efficiency;
  json["karp_flatt"] = or_null(row.karp_flatt);
  json["measured"] = or_null(row.measured);
  return json;
}

}  // namespace

std::string results_json(const ScaleConfig& config, const Study& study) {
  Json json = {{"format", kFormat},
               {"machine", study.machine.name},
               {"mode", name_of(config.mode, scaling_mode_choices)},
               {"assumptions", study.assumptions},
               {"left_out", study.left_out},
               {"model", study.points.empty() ? Json() : json_of(study.model)}};
  json["points"] = Json::array();
  for (const ComparedPoint& compared : study.points) json["points"].push_back(json_of(compared));
  json["predictions"] = Json::array();
  for (const ScaleRow& row : study.rows) {
    json["predictions"].push_back(json_of(row));
    if (config.messages) json["predictions"].back()["schedule"] = schedule_of(study.model, row);
  }
  return json.dump(1) + "\n";
}

std::string results_csv(const Study& study) {
  std::string text = "ranks,dp,ep,batch,experts,overload,step";
  for (const auto& [name, seconds] : parts_of({})) text += fmt::format(",{}", name);
  text += ",efficiency,karp_flatt,measured\n";
  auto cell = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "";
  };
  for (const ScaleRow& row : study.rows) {
    text += fmt::format("{},{},{},{},{},{},{}", row.grid.ranks, row.grid.dp(), row.grid.ep,
                        row.shape.batch,
                        row.shape.model.head.is_moe() ? row.shape.model.head.experts : 0,
                        row.overload, row.prediction.parts.total());
    for (const auto& [name, seconds] : parts_of(row.prediction.parts))
      text += fmt::format(",{}", seconds);
    text += fmt::format(",{},{},{}\n", row.efficiency, cell(row.karp_flatt), cell(row.measured));
  }
  return text;
}

}  // namespace switchyard
