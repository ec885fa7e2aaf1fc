#pragma once
// Notes where a rank's time goes, in the steps of a window. The rest of the program tells it where
// it is; outside of recorded steps that costs a comparison.
//
// One thread computes and exchanges; the loader's thread alone calls the methods that say so. With
// a device, marks are enqueued and read when the window is over: nothing waits for the device.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "device/allocator.hpp"
#include "device/enqueued.hpp"
#include "profile/collective_log.hpp"
#include "profile/window.hpp"

namespace switchyard {

class Recorder {
 public:
  /// `timer`: of the device that computes; null on the host. It must outlive this.
  Recorder(StepKind kind, ProfileWindow window, DeviceTimer* timer = nullptr);

  StepKind kind() const { return kind_; }
  const ProfileWindow& window() const { return window_; }
  /// Steps of another kind than the command's are none: they belong to what is around them.
  void begin_step(StepKind kind, std::int64_t number);
  void end_step(StepKind kind);
  /// As if the step had not begun.
  void cancel_step(StepKind kind);
  /// In a recorded step.
  bool recording() const { return recording_; }
  /// In a step that is recorded or timed: all such are done alike, for comparison.
  bool watching() const { return step_.has_value(); }
  /// Called at the end of the window's last step, which is the same on all ranks: it may be
  /// collective.
  std::function<void()> on_finished;

  void enter(Zone zone, Pass pass);
  /// Also while an error is on its way: where the device fails, its time is left out.
  void leave() noexcept;
  /// The innermost zone; `other` outside of all.
  Zone zone() const { return main_.zone(); }

  /// On the loader's thread: what it has just done.
  void note_on_loader(Zone zone, TimeSpan host);

  /// A collective of tensors in `memory` begins, while recording(). Returns its number in
  /// collectives().
  std::size_t begin_collective(CollectiveRecord call, MemoryKind memory);
  CollectiveLog& collectives() { return collectives_; }
  Moment now(DeviceStream stream = DeviceStream::compute);
  /// The same where tensors in `memory` travel: those of the host know no clock but its own.
  Moment exchange_now(MemoryKind memory);
  /// Whether they travel on a stream of their own, which is done with them when its next mark says
  /// so; where not, the host takes part, and sees when they are there.
  bool exchanges_apart(MemoryKind memory) const;
  /// The index of a new group for the records.
  std::int32_t add_group(GroupRecord group);
  /// That of the group with this name; -1: there is none, this rank is alone in it.
  std::int32_t find_group(std::string_view name) const;

  /// A pass of an MoE layer, while recording(): `offsets` (experts + 1) i64, of this rank's rows
  /// sorted by expert; null where `pass` has the rows.
  void count_rows(RoutingRecord pass, std::unique_ptr<HostCopy> offsets);

  /// What was noted, in steps that have ended; forgets it, but for the groups. Waits for the
  /// device.
  RankProfile take();

 private:
  struct Counted {
    RoutingRecord pass;
    std::unique_ptr<HostCopy> offsets;
  };
  struct Step {
    StepRecord record;
    MomentSpan span;
    std::size_t zones, collectives, passes;  ///< noted before it
  };
  static std::vector<std::int64_t> rows_of(Counted& counted);

  const StepKind kind_;
  const ProfileWindow window_;
  DeviceTimer* const timer_;
  std::atomic<bool> recording_ = false;
  std::optional<Step> step_;  ///< under way
  std::atomic<std::int32_t> step_index_ = 0;
  std::vector<Step> steps_;
  ZoneLane main_;
  std::mutex loader_mutex_;
  std::vector<ZoneRecord> loader_;
  CollectiveLog collectives_;
  std::vector<GroupRecord> groups_;
  std::vector<Counted> counted_;
};

/// In a zone for as long as it lives; nothing with a null recorder or outside of recorded steps.
class ZoneScope {
 public:
  explicit ZoneScope(Recorder* recorder, Zone zone, Pass pass = Pass::forward)
      : recorder_(recorder && recorder->recording() ? recorder : nullptr) {
    if (recorder_) recorder_->enter(zone, pass);
  }
  ~ZoneScope() {
    if (recorder_) recorder_->leave();
  }
  ZoneScope(const ZoneScope&) = delete;
  ZoneScope& operator=(const ZoneScope&) = delete;

 private:
  Recorder* recorder_;
};

}  // namespace switchyard
