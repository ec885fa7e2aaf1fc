#include "train/progress_meter.hpp"

#include <fmt/format.h>

#include "base/elapsed.hpp"

namespace switchyard {
namespace {

double per_second(std::int64_t images, std::chrono::steady_clock::time_point since) {
  const double elapsed = seconds_since(since);
  return elapsed > 0 ? static_cast<double>(images) / elapsed : 0;
}

}  // namespace

void ProgressMeter::start_epoch() {
  epoch_start_ = Clock::now();
  epoch_done_ = 0;
}

void ProgressMeter::add(std::int64_t images) {
  done_ += images;
  epoch_done_ += images;
}

// Short enough for 80 columns. The time to go includes what validation takes, as it did so far.
std::string ProgressMeter::line(int epoch, int epochs, std::int64_t batch, std::int64_t batches,
                                const MetricSums& sums) const {
  double overall = per_second(done_, start_);
  auto left =
      overall > 0 ? static_cast<std::int64_t>(static_cast<double>(total_ - done_) / overall) : 0;
  Figures figures = figures_of(sums);
  return fmt::format(
      "epoch {}/{}  batch {}/{}  loss {:.4f}  acc {:.2f} %  {:.0f} img/s  ETA {}:{:02}:{:02}",
      epoch, epochs, batch, batches, figures.loss, 100 * figures.accuracy,
      per_second(epoch_done_, epoch_start_), left / 3600, left / 60 % 60, left % 60);
}

}  // namespace switchyard
