#pragma once
// One picture of the synthetic set: a shape before a background, and all that makes it hard to
// recognise (place, size, turn, colours, textures, noise, something in front).

#include <array>
#include <cstdint>
#include <span>

#include "base/random.hpp"
#include "data/synthetic/figures.hpp"

namespace switchyard {

/// Red, green, blue in [0, 1].
using Colour = std::array<double, 3>;

/// A colour with a sine wave over it.
struct Texture {
  Colour colour;
  Colour amplitude;  ///< of the wave, a channel
  double kx, ky;     ///< wave vector, radians a pixel
  double phase;
};

/// An upright rectangle in front of everything; no width means none.
struct Occluder {
  double left, top, width, height;  ///< pixels
  Colour colour;
};

/// Lengths in pixels, (0, 0) the top left corner.
struct Scene {
  Figure figure;
  double x, y, radius;
  double cosine, sine;  ///< of the angle it is turned by
  bool mirrored;
  Texture object;
  Texture background;
  Occluder occluder;
  double noise;  ///< standard deviation of every channel of every pixel
};

/// The scene of image `image`, a pure function of the stream and the image.
Scene draw_scene(Figure figure, const RandomStream& random, std::uint64_t image);

/// Paints 32 x 32 pixels, all of red first, then green, then blue (3072 bytes).
void render(const Scene& scene, const RandomStream& random, std::uint64_t image,
            std::span<std::uint8_t> planes);

}  // namespace switchyard
