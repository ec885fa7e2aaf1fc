#include "train/progress_meter.hpp"

#include <fmt/format.h>

namespace switchyard {

ProgressMeter::ProgressMeter(std::int64_t total_images) : total_(total_images) {}

std::string ProgressMeter::line(int epoch, int epochs, std::int64_t batch, std::int64_t batches,
                                const MetricSums& sums) const {
  double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  double speed = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0;
  auto left =
      speed > 0 ? static_cast<std::int64_t>(static_cast<double>(total_ - done_) / speed) : 0;
  Figures figures = figures_of(sums);
  return fmt::format(
      "epoch {}/{}  batch {}/{}  loss {:.4f}  accuracy {:.2f} %  {:.0f} images/s  ETA "
      "{}:{:02}:{:02}",
      epoch, epochs, batch, batches, figures.loss, 100 * figures.accuracy, speed, left / 3600,
      left / 60 % 60, left % 60);
}

}  // namespace switchyard
