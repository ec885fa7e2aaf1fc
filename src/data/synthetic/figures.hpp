#pragma once
// The ten classes of the synthetic set, as point sets in the unit disc.

#include <array>
#include <string_view>

namespace switchyard {

enum class Figure {
  disc,
  ring,
  square,
  triangle,
  cross,
  star,
  horizontal_stripes,
  vertical_stripes,
  diagonal_stripes,
  checker,
};

inline constexpr std::array<std::string_view, 10> kFigureNames = {"disc",
                                                                  "ring",
                                                                  "square",
                                                                  "triangle",
                                                                  "cross",
                                                                  "star",
                                                                  "horizontal_stripes",
                                                                  "vertical_stripes",
                                                                  "diagonal_stripes",
                                                                  "checker"};
inline constexpr int kFigures = static_cast<int>(kFigureNames.size());

/// Whether (x, y) belongs to the shape: x to the right, y down, centre (0, 0), radius 1.
bool contains(Figure figure, double x, double y);

/// Turning these by any angle keeps the class; the direction of stripes is their class.
bool turns_freely(Figure figure);

}  // namespace switchyard
