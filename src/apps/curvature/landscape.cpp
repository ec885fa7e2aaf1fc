#include <nlohmann/json.hpp>

#include "analysis/landscape/routing_share.hpp"
#include "analysis/landscape/sweep.hpp"
#include "apps/curvature/analyses.hpp"
#include "apps/curvature/json_of.hpp"
#include "apps/curvature/sweep_table.hpp"
#include "apps/curvature/vector_files.hpp"

namespace switchyard {
namespace {

/// A line or a plane: what it is called, and which directions span it.
struct Patch {
  std::string name;
  std::vector<std::string> directions;  ///< "top-1", "random-2"
  std::vector<std::vector<double>> points;
};

std::vector<Patch> patches_of(const LandscapeConfig& c) {
  std::vector<Patch> patches;
  auto add_lines = [&](const char* kind, int count) {
    for (int i = 1; i <= count; ++i) {
      const std::string direction = fmt::format("{}-{}", kind, i);
      patches.push_back({.name = "line-" + direction,
                         .directions = {direction},
                         .points = line_points(linspace(-c.radius, c.radius, c.points))});
    }
  };
  if (c.points > 0) {
    add_lines("top", c.eigenvectors);
    add_lines("random", c.random);
  }
  if (c.plane_points > 0) {
    const char* kind = c.plane == PlaneDirections::random ? "random" : "top";
    const std::vector<double> side = linspace(-c.radius, c.radius, c.plane_points);
    patches.push_back({.name = fmt::format("plane-{}", kind),
                       .directions = {fmt::format("{}-1", kind), fmt::format("{}-2", kind)},
                       .points = plane_points(side, side)});
  }
  return patches;
}

Tensor direction_of(CurvatureSession& session, const std::string& name) {
  if (name.starts_with("top"))
    return read_vector(session.folder.eigenvectors(), name, session.space, session.grid(),
                       session.space.vectors().dtype());
  const auto number = std::stoull(name.substr(name.rfind('-') + 1));
  return random_direction(session.space, session.config.landscape.random_scale,
                          session.config.results.seed, number);
}

std::vector<Tensor> directions_of(CurvatureSession& session, const Patch& patch) {
  std::vector<Tensor> directions;
  for (const std::string& name : patch.directions)
    directions.push_back(direction_of(session, name));
  if (directions.size() > 1) orthonormalise(session.space.vectors(), directions);
  return directions;
}

std::vector<SurfacePoint> points_from(const Json& earlier, const std::string& name) {
  std::vector<SurfacePoint> points;
  if (!earlier.contains(name)) return points;
  for (const Json& point : earlier.at(name)) points.push_back(point_from(point));
  return points;
}

Json to_json(const std::vector<SurfacePoint>& points) {
  Json list = Json::array();
  for (const SurfacePoint& point : points) list.push_back(to_json(point));
  return list;
}

Json describe(CurvatureSession& session, const Patch& patch, std::span<const Tensor> directions,
              const LossSurface& surface, const std::vector<SurfacePoint>& points) {
  std::vector<double> lengths;
  for (const Tensor& d : directions) lengths.push_back(session.space.vectors().norm(d));
  const RoutingShare share = routing_share(points, surface.origin(), surface.resolution());
  const std::string file = patch.name + ".csv";
  session.folder.write(file, sweep_table(points, surface));
  return {{"name", patch.name},
          {"directions", patch.directions},
          {"lengths", lengths},
          {"routing_share",
           {{"sets", or_null(share.sets)},
            {"weights", or_null(share.weights)},
            {"growth", share.growth},
            {"points", share.points}}},
          {"file", file},
          {"points", to_json(points)}};
}

std::int64_t count_points(const std::vector<Patch>& patches) {
  std::int64_t count = 0;
  for (const Patch& patch : patches) count += std::ssize(patch.points);
  return count;
}

}  // namespace

Json landscape_part(CurvatureSession& session, SavedWork& work) {
  LossSurface surface(session.classifier, session.space, session.batches,
                      {.norm = session.options.norm, .objective = session.options.objective});
  const std::vector<Patch> patches = patches_of(session.config.landscape);
  const std::int64_t total = count_points(patches);
  Json measured = work.earlier().is_null() ? Json::object() : work.earlier();
  std::int64_t before = 0, done = 0;
  for (const auto& [name, points] : measured.items()) before += std::ssize(points);
  Json list = Json::array();
  for (const Patch& patch : patches) {
    const std::vector<Tensor> directions = directions_of(session, patch);
    const std::vector<SurfacePoint> points =
        sweep(surface, directions, patch.points, points_from(measured, patch.name),
              [&](std::span<const SurfacePoint> so_far) {
                measured[patch.name].push_back(to_json(so_far.back()));
                work.safe_point([&] { return measured; });
                work.show(before, done + std::ssize(so_far), total,
                          fmt::format("{}  loss {:.5f}", patch.name, so_far.back().loss));
              });
    done += std::ssize(points);
    list.push_back(describe(session, patch, directions, surface, points));
  }
  return {{"origin", to_json(surface.origin())},
          {"resolution", surface.resolution()},
          {"sweeps", list}};
}

}  // namespace switchyard
