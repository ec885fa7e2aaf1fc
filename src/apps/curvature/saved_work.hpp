#pragma once
// An analysis that can be stopped and continued, and that is not done again once it is finished.
//
// In the folder of states an analysis NAME has NAME.partial.json while it works, beside it the
// folder NAME for vectors if it needs them, and NAME.json, its part of the results, when it is
// finished; the others are then gone.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "apps/curvature/session.hpp"
#include "apps/json.hpp"

namespace switchyard {

class SavedWork {
 public:
  /// Reads what an earlier start had saved. Collective.
  SavedWork(CurvatureSession& session, std::string name);

  /// What safe_point() was given last, null where there is none.
  const Json& earlier() const { return *earlier_; }
  /// Where vectors are kept; makes the folder. Collective.
  std::filesystem::path vectors() const;
  /// A safe point (see SafePoints), where `work` tells what has been done. Collective.
  void safe_point(const std::function<Json()>& work) const;
  /// Shows how far it is, on rank 0: `done` steps of `total`, of which there were `before` at the
  /// start.
  void show(std::int64_t before, std::int64_t done, std::int64_t total,
            const std::string& figures) const;
  /// Seconds that this analysis has worked, earlier starts included.
  double seconds() const;

 private:
  CurvatureSession& session_;
  std::string name_;
  std::shared_ptr<const Json> earlier_;
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The part of the results that `analysis` makes, with the `seconds` it took; it is not called
/// where an earlier start has finished it. Collective.
Json part_of_results(CurvatureSession& session, const std::string& name,
                     const std::function<Json(SavedWork&)>& analysis);

}  // namespace switchyard
