#include "apps/curvature/saved_work.hpp"

#include <nlohmann/json.hpp>

#include "base/elapsed.hpp"
#include "train/agreement.hpp"

namespace switchyard {
namespace {

std::string finished_file(const std::string& name) {
  return name + ".json";
}

std::string partial_file(const std::string& name) {
  return name + ".partial.json";
}

std::string eta(double seconds, std::int64_t done, std::int64_t left) {
  if (done <= 0) return "ETA unknown";
  const auto to_go =
      static_cast<std::int64_t>(seconds / static_cast<double>(done) * static_cast<double>(left));
  return fmt::format("ETA {}:{:02}:{:02}", to_go / 3600, to_go / 60 % 60, to_go % 60);
}

}  // namespace

SavedWork::SavedWork(CurvatureSession& session, std::string name)
    : session_(session), name_(std::move(name)) {
  Json saved = session_.folder.read_state(partial_file(name_));
  if (saved.is_null()) {
    earlier_ = std::make_shared<const Json>();
    return;
  }
  earlier_ = std::make_shared<const Json>(saved.at("work"));
  seconds_before_ = saved.at("seconds");
}

std::filesystem::path SavedWork::vectors() const {
  std::filesystem::path folder = session_.folder.state() / name_;
  agree(session_.grid().world(), [&] { std::filesystem::create_directories(folder); });
  return folder;
}

void SavedWork::safe_point(const std::function<Json()>& work) const {
  session_.safe_points.pass([&] {
    const Json saved = {{"seconds", seconds()}, {"work", work()}};
    session_.folder.write_state(partial_file(name_), saved);
  });
}

void SavedWork::show(std::int64_t before, std::int64_t done, std::int64_t total,
                     const std::string& figures) const {
  session_.log.progress(fmt::format("{} {}/{}  {}  {}", name_, done, total, figures,
                                    eta(seconds_since(start_), done - before, total - done)));
}

double SavedWork::seconds() const {
  return seconds_before_ + seconds_since(start_);
}

Json part_of_results(CurvatureSession& session, const std::string& name,
                     const std::function<Json(SavedWork&)>& analysis) {
  const ResultsFolder& folder = session.folder;
  Json part = folder.read_state(finished_file(name));
  if (part.is_null()) {
    SavedWork work(session, name);
    part = analysis(work);
    part["seconds"] = work.seconds();
    folder.write_state(finished_file(name), part);
    session.log.end_progress(fmt::format("{}: done in {:.1f} s", name, work.seconds()));
  }
  folder.drop_state(partial_file(name));
  folder.drop_state(name);
  return part;
}

}  // namespace switchyard
