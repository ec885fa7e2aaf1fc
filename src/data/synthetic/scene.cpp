#include "data/synthetic/scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/cifar.hpp"

namespace switchyard {
namespace {

using std::numbers::pi;

// Coordinates of the stream: scene parameters count up from 0, pixel noise from here.
constexpr std::uint32_t kNoiseCoordinate = 1000;

/// The random parameters of one image, one after the other.
class Dice {
 public:
  Dice(const RandomStream& random, std::uint64_t image) : random_(random), image_(image) {}
  double between(double low, double high) {
    return low + (high - low) * random_.uniform(image_, coordinate_++);
  }
  bool chance(double probability) { return between(0, 1) < probability; }

 private:
  const RandomStream& random_;
  std::uint64_t image_;
  std::uint32_t coordinate_ = 0;
};

Colour any_colour(Dice& dice) {
  return {dice.between(.1, .7), dice.between(.1, .7), dice.between(.1, .7)};
}

/// Brighter than `other` in every channel, by little or much, so that the figure is visible.
Colour brighter_colour(const Colour& other, Dice& dice) {
  Colour colour{};
  for (int c = 0; c < kChannels; ++c) colour[c] = std::min(1.0, other[c] + dice.between(.1, .45));
  return colour;
}

Texture textured(const Colour& colour, double amplitude, Dice& dice) {
  const double strength = dice.between(0, amplitude);
  Colour wave{};
  for (double& channel : wave) channel = strength * dice.between(-1, 1);
  const double direction = dice.between(0, 2 * pi);
  const double frequency = dice.between(.1, 1.2);
  return {colour, wave, frequency * std::cos(direction), frequency * std::sin(direction),
          dice.between(0, 2 * pi)};
}

Occluder any_occluder(const Scene& scene, Dice& dice) {
  const double width = dice.between(2, 8), height = dice.between(2, 8);
  const double x = scene.x + scene.radius * dice.between(-1, 1);
  const double y = scene.y + scene.radius * dice.between(-1, 1);
  const bool present = dice.chance(.5);
  return {x - width / 2, y - height / 2, present ? width : 0, height, any_colour(dice)};
}

double wave_at(const Texture& texture, int channel, double x, double y) {
  return texture.colour[channel] +
         texture.amplitude[channel] * std::sin(texture.kx * x + texture.ky * y + texture.phase);
}

bool on_figure(const Scene& scene, double x, double y) {
  const double dx = (x - scene.x) / scene.radius, dy = (y - scene.y) / scene.radius;
  const double u = scene.cosine * dx + scene.sine * dy;
  const double v = scene.cosine * dy - scene.sine * dx;
  return contains(scene.figure, scene.mirrored ? -u : u, v);
}

/// Which share of the pixel the figure covers.
double coverage(const Scene& scene, int row, int column) {
  constexpr int kSteps = 3;
  int hits = 0;
  for (int i = 0; i < kSteps; ++i)
    for (int j = 0; j < kSteps; ++j)
      hits += on_figure(scene, column + (j + .5) / kSteps, row + (i + .5) / kSteps);
  return hits / double{kSteps * kSteps};
}

bool occluded(const Occluder& occluder, double x, double y) {
  return x >= occluder.left && x < occluder.left + occluder.width && y >= occluder.top &&
         y < occluder.top + occluder.height;
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
}

}  // namespace

Scene draw_scene(Figure figure, const RandomStream& random, std::uint64_t image) {
  Dice dice(random, image);
  Scene scene{};
  scene.figure = figure;
  scene.radius = dice.between(7, 12.5);
  const double reach = kCifarSide / 2.0 - 0.85 * scene.radius;
  scene.x = kCifarSide / 2.0 + reach * dice.between(-1, 1);
  scene.y = kCifarSide / 2.0 + reach * dice.between(-1, 1);
  const double largest_turn = turns_freely(figure) ? pi : pi / 15;
  const double angle = largest_turn * dice.between(-1, 1);
  scene.cosine = std::cos(angle);
  scene.sine = std::sin(angle);
  scene.mirrored = dice.chance(.5);
  const Colour background = any_colour(dice);
  scene.background = textured(background, .15, dice);
  scene.object = textured(brighter_colour(background, dice), .1, dice);
  scene.occluder = any_occluder(scene, dice);
  scene.noise = dice.between(.02, .1);
  return scene;
}

void render(const Scene& scene, const RandomStream& random, std::uint64_t image,
            std::span<std::uint8_t> planes) {
  constexpr int kPlane = kCifarSide * kCifarSide;
  for (int row = 0; row < kCifarSide; ++row)
    for (int column = 0; column < kCifarSide; ++column) {
      const double x = column + .5, y = row + .5;
      const double share = coverage(scene, row, column);
      const bool hidden = occluded(scene.occluder, x, y);
      for (int c = 0; c < kChannels; ++c) {
        const int at = c * kPlane + row * kCifarSide + column;
        const double behind = (1 - share) * wave_at(scene.background, c, x, y) +
                              share * wave_at(scene.object, c, x, y);
        const double clean = hidden ? scene.occluder.colour[c] : behind;
        planes[at] = to_byte(clean + scene.noise * random.normal(image, kNoiseCoordinate + at));
      }
    }
}

}  // namespace switchyard
