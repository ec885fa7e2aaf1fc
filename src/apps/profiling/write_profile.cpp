#include "apps/profiling/write_profile.hpp"

#include <algorithm>
#include <system_error>

#include "apps/profiling/chrome_trace.hpp"
#include "apps/profiling/profile_json.hpp"
#include "apps/profiling/profile_tables.hpp"
#include "apps/profiling/text/sections.hpp"
#include "base/file.hpp"

namespace switchyard {
namespace {

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  SY_REQUIRE(!error, ExitCode::run_failed,
             "cannot make the folder '{}' for the profile ({}); check its place and permissions",
             folder.string(), error.message());
}

std::string title(const RecordedSteps& steps) {
  double uncertainty = 0;
  for (const RankProfile& rank : steps.profiles())
    uncertainty = std::max(uncertainty, rank.clock_uncertainty);
  std::string text = fmt::format(
      "profile of {} {} to {}, {} recorded on {} rank{}, ms a step",
      name_of<StepKind>(steps.profiles().front().kind, step_kind_choices), steps.number(0),
      steps.number(steps.count() - 1), steps.count(), steps.ranks(), steps.ranks() == 1 ? "" : "s");
  if (uncertainty > 0) text += fmt::format("\nclocks known to {:.1f} us", 1e-3 * uncertainty);
  return text + "\n";
}

}  // namespace

void write_profile(const std::filesystem::path& folder, const RecordedSteps& steps,
                   const ProfileFigures& figures) {
  make_folder(folder);
  write_file(folder / "profile.json", profile_json(steps, figures));
  write_file(folder / "zones.csv", zone_table(figures));
  write_file(folder / "collectives.csv", collective_table(figures));
  write_file(folder / "experts.csv", expert_table(steps, figures));
  write_file(folder / "traffic.csv", traffic_table(figures));
  write_file(folder / "steps.csv", step_table(steps));
  write_chrome_trace(folder, steps, figures);
}

std::string profile_text(const RecordedSteps& steps, const ProfileFigures& figures) {
  return title(steps) + rank_section(steps, figures) + zone_section(figures) +
         collective_section(figures) + expert_section(figures) + traffic_section(figures) +
         overhead_section(figures);
}

}  // namespace switchyard
