#include "data/synthetic/figures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace switchyard {
namespace {

using std::numbers::pi;

bool in_disc(double x, double y, double radius) {
  return x * x + y * y <= radius * radius;
}

/// Regular polygon with its corners on the unit circle, one of them at the top: inside every side.
bool in_polygon(double x, double y, int corners) {
  const double sector = 2 * pi / corners;
  const double angle = std::remainder(std::atan2(x, -y) - sector / 2, sector);
  return std::hypot(x, y) * std::cos(angle) <= std::cos(sector / 2);
}

/// Five-pointed star: the edge runs straight from a tip (radius 1) to a notch (radius 0.4).
bool in_star(double x, double y) {
  constexpr double kNotch = 0.4;
  const double half = pi / 5;
  const double angle = std::abs(std::remainder(std::atan2(x, -y), 2 * half));
  const double px = std::hypot(x, y) * std::cos(angle);
  const double py = std::hypot(x, y) * std::sin(angle);
  const double nx = kNotch * std::cos(half), ny = kNotch * std::sin(half);
  // On the centre's side of the line from the tip (1, 0) to the notch (nx, ny).
  return (px - 1) * ny - py * (nx - 1) <= 0;
}

bool in_cross(double x, double y) {
  constexpr double kArm = 0.3;
  x = std::abs(x);
  y = std::abs(y);
  return std::min(x, y) <= kArm && std::max(x, y) <= 0.95;
}

/// Bands of equal width, `count` bright ones across the unit disc.
bool in_band(double t, double count) {
  return std::fmod(t * count + 2 * count, 2.0) < 1.0;
}

}  // namespace

bool contains(Figure figure, double x, double y) {
  constexpr double kBands = 3;
  switch (figure) {
    case Figure::disc:
      return in_disc(x, y, 0.85);
    case Figure::ring:
      return in_disc(x, y, 1) && !in_disc(x, y, 0.55);
    case Figure::square:
      return in_polygon(x, y, 4);
    case Figure::triangle:
      return in_polygon(x, y, 3);
    case Figure::cross:
      return in_cross(x, y);
    case Figure::star:
      return in_star(x, y);
    case Figure::horizontal_stripes:
      return in_disc(x, y, 1) && in_band(y, kBands);
    case Figure::vertical_stripes:
      return in_disc(x, y, 1) && in_band(x, kBands);
    case Figure::diagonal_stripes:
      return in_disc(x, y, 1) && in_band((x + y) / std::sqrt(2), kBands);
    case Figure::checker:
      return in_disc(x, y, 1) && in_band(x, kBands) == in_band(y, kBands);
  }
  fail(ExitCode::run_failed, "unknown figure");
}

bool turns_freely(Figure figure) {
  return figure != Figure::horizontal_stripes && figure != Figure::vertical_stripes &&
         figure != Figure::diagonal_stripes;
}

}  // namespace switchyard
