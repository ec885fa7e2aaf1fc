#include "data/tiny_dataset.hpp"

namespace switchyard::testing {

Dataset tiny_dataset(std::int64_t count) {
  Dataset data{.name = "tiny",
               .class_names = {"a", "b", "c"},
               .normalisation = {{.5, .4, .3}, {.25, .2, .1}},
               .train = {.height = 6, .width = 5, .pixels = {}, .labels = {}},
               .test = {.height = 6, .width = 5, .pixels = {}, .labels = {}}};
  for (std::int64_t n = 0; n < count; ++n) {
    data.train.labels.push_back(static_cast<std::int32_t>(n % 3));
    for (std::int64_t i = 0; i < data.train.image_bytes(); ++i)
      data.train.pixels.push_back(static_cast<std::uint8_t>((7 * n + 13 * i + 1) % 256));
  }
  return data;
}

}  // namespace switchyard::testing
