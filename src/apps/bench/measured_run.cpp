#include "apps/bench/measured_run.hpp"

#include <filesystem>
#include <string_view>

#include "base/config/field.hpp"
#include "base/error.hpp"

namespace switchyard {
namespace {

void require_one_of_each_head(const std::vector<MeasuredRun>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      SY_REQUIRE(runs[i].head() != runs[j].head(), ExitCode::bad_usage,
                 "--run names two runs of the {} head, {} and {}; name one of each head",
                 name_of(runs[i].head(), head_choices), runs[j].folder.path().string(),
                 runs[i].folder.path().string());
}

// Of the sizes of other heads a run says nothing.
bool describes(HeadKind head, std::string_view key) {
  if (key == "dense-hidden") return head == HeadKind::dense;
  if (key == "experts" || key == "expert-hidden") return head != HeadKind::dense;
  if (key == "k") return head == HeadKind::sparse_moe;
  return key == "data" || key == "dataset" || key == "width";
}

// One folder can be spelled in several ways.
std::string meaning_of(const Field& field) {
  if (field.name != "data") return field.print();
  return (std::filesystem::absolute(field.print()) / "").lexically_normal().string();
}

// auto is the one kind of images that the folder holds, or training would have refused it.
bool means_same(const Field& own, const Field& other) {
  if (own.name == "dataset" && (own.print() == "auto" || other.print() == "auto")) return true;
  return meaning_of(own) == meaning_of(other);
}

void require_same(const MeasuredRun& run, const Field& own, const MeasuredRun& other,
                  const Field& shared) {
  SY_REQUIRE(
      means_same(own, shared), ExitCode::bad_usage,
      "{} was trained with {} = {}, {} with {} (heads are compared in models of one size, on "
      "the same images); name runs that are alike in this, or measure them one by one",
      run.folder.path().string(), own.name, own.print(), other.folder.path().string(),
      shared.print());
}

}  // namespace

TrainConfig share_settings(std::vector<MeasuredRun>& runs) {
  require_one_of_each_head(runs);
  TrainConfig shared = runs.front().training;
  const std::vector<Field> settings = fields_of(shared);
  std::vector<const MeasuredRun*> described_by(settings.size(), nullptr);
  for (MeasuredRun& run : runs) {
    run.training.execution = shared.execution;
    const std::vector<Field> own = fields_of(run.training);
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (!describes(run.head(), own[i].name)) continue;
      if (described_by[i]) {
        require_same(run, own[i], *described_by[i], settings[i]);
      } else {
        settings[i].assign(own[i].print());
        described_by[i] = &run;
      }
    }
  }
  return shared;
}

}  // namespace switchyard
