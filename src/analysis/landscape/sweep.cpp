#include "analysis/landscape/sweep.hpp"

#include <fmt/ranges.h>

namespace switchyard {

std::vector<double> linspace(double first, double last, int count) {
  SY_REQUIRE(count >= 1, ExitCode::bad_usage, "{} points make no line; ask for at least 1", count);
  // Divided last, so that of [0, 1] a tenth is the number nearest to it.
  std::vector<double> numbers{first};
  for (int i = 1; i + 1 < count; ++i)
    numbers.push_back((first * (count - 1 - i) + last * i) / (count - 1));
  if (count > 1) numbers.push_back(last);
  return numbers;
}

std::vector<std::vector<double>> line_points(std::span<const double> alphas) {
  std::vector<std::vector<double>> points;
  for (double alpha : alphas) points.push_back({alpha});
  return points;
}

std::vector<std::vector<double>> plane_points(std::span<const double> alphas,
                                              std::span<const double> betas) {
  std::vector<std::vector<double>> points;
  for (double alpha : alphas)
    for (double beta : betas) points.push_back({alpha, beta});
  return points;
}

std::vector<SurfacePoint> sweep(LossSurface& surface, std::span<const Tensor> directions,
                                std::span<const std::vector<double>> points,
                                std::vector<SurfacePoint> done, const SweepProgress& progress) {
  SY_REQUIRE(done.size() <= points.size(), ExitCode::bad_data,
             "{} points of a sweep are done (it has {}); start it anew", done.size(),
             points.size());
  for (std::size_t i = 0; i < done.size(); ++i)
    SY_REQUIRE(done[i].coordinates == points[i], ExitCode::bad_data,
               "point {} of a sweep was measured at {} (it lies at {}); start it anew", i + 1,
               done[i].coordinates, points[i]);
  for (const std::vector<double>& point : points.subspan(done.size())) {
    done.push_back(surface.at(point, directions));
    if (progress) progress(done);
  }
  return done;
}

}  // namespace switchyard
