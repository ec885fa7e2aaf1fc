#include "train/batch_source.hpp"

#include "profile/recorder.hpp"

namespace switchyard {

std::optional<BatchShare> next_share(BatchSource& batches, Recorder* recorder) {
  const ZoneScope zone(recorder, Zone::data);
  return batches.next();
}

}  // namespace switchyard
