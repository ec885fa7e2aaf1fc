#include "profile/window.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/error.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kKey = "steps=";
constexpr std::int64_t kMostSteps = 10'000;
constexpr std::int64_t kLastStep = std::int64_t{1} << 60;

bool read_number(std::string_view text, std::int64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

}  // namespace

std::int64_t ProfileWindow::begin() const {
  return std::max<std::int64_t>(0, first - length() / 2);
}

std::int64_t ProfileWindow::end() const {
  return last + length() - (first - begin());
}

StepRole ProfileWindow::role(std::int64_t step) const {
  if (step >= first && step < last) return StepRole::recorded;
  return step >= begin() && step < end() ? StepRole::timed : StepRole::unwatched;
}

ProfileWindow parse_profile_window(const std::string& text) {
  std::string_view rest = text;
  ProfileWindow window;
  const auto colon = rest.find(':');
  const bool read = rest.starts_with(kKey) && colon != rest.npos &&
                    read_number(rest.substr(kKey.size(), colon - kKey.size()), window.first) &&
                    read_number(rest.substr(colon + 1), window.last);
  SY_REQUIRE(read, ExitCode::bad_usage,
             "--profile takes steps=A:B, the steps A to B - 1 counted from 0, as in steps=20:40; "
             "got '{}'",
             text);
  SY_REQUIRE(window.length() > 0, ExitCode::bad_usage,
             "--profile {} names no step: the second number must be above the first", text);
  SY_REQUIRE(window.length() <= kMostSteps && window.last <= kLastStep, ExitCode::bad_usage,
             "--profile {} would keep the records of more than {} steps in memory; choose fewer",
             text, kMostSteps);
  return window;
}

void require_within(const ProfileWindow& window, std::int64_t steps) {
  SY_REQUIRE(
      window.first < steps, ExitCode::bad_usage,
      "--profile steps={}:{} names no step of this run, which has steps 0 to {}; choose among "
      "these",
      window.first, window.last, steps - 1);
}

}  // namespace switchyard
