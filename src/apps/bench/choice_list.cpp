#include "apps/bench/choice_list.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "base/error.hpp"
#include "base/nearest.hpp"

namespace switchyard {
namespace {

std::string hint(const std::string& word, const std::vector<std::string_view>& names) {
  const std::vector<std::string> known(names.begin(), names.end());
  const std::string nearest = nearest_name(word, known);
  return nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest);
}

}  // namespace

std::vector<std::size_t> places_of(const std::string& key, const std::string& list,
                                   const std::vector<std::string_view>& names) {
  std::vector<std::size_t> places;
  if (list == "all") {
    places.resize(names.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    return places;
  }
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) {
    const auto name = std::ranges::find(names, word);
    SY_REQUIRE(name != names.end(), ExitCode::bad_usage,
               "--{} has no '{}'{}; it takes all, or of {}", key, word, hint(word, names),
               fmt::join(names, ","));
    const auto place = static_cast<std::size_t>(name - names.begin());
    SY_REQUIRE(std::ranges::find(places, place) == places.end(), ExitCode::bad_usage,
               "--{} {} names {} twice; name it once", key, list, word);
    places.push_back(place);
  }
  SY_REQUIRE(!places.empty(), ExitCode::bad_usage, "--{} is empty; it takes all, or of {}", key,
             fmt::join(names, ","));
  return places;
}

}  // namespace switchyard
