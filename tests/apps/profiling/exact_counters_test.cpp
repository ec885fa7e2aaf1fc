// Rows and bytes of a profile equal those that the routing says, counted sample by sample.

#include <gtest/gtest.h>

#include "apps/profiling/watched_steps.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t kRecorded = kLast - kFirst;
constexpr std::int64_t kElement = 8;  // of double

using Numbers = std::vector<std::int64_t>;

/// What the samples of all ranks choose, by rank of origin and expert.
std::vector<Numbers> chosen_by_rank(DistributedClassifier& classifier, const Batch& batch) {
  Tape tape(classifier.backend(), Recording::off);
  ForwardContext context = classifier.context(tape, Mode::train, batch.sample_ids);
  auto output = classifier.model().forward(context, tape.constant(batch.images));
  const int experts = classifier.model().config().head.experts;
  Numbers own(static_cast<std::size_t>(experts), 0);
  for (std::int32_t expert : output.head.routing->chosen.span<std::int32_t>())
    ++own[static_cast<std::size_t>(expert)];
  Numbers message;
  for (int rank = 0; rank < world().size(); ++rank)
    message.insert(message.end(), own.begin(), own.end());
  const Numbers all = world().all_to_all_counts(message, experts);
  std::vector<Numbers> by_rank;
  for (int rank = 0; rank < world().size(); ++rank)
    by_rank.emplace_back(all.begin() + rank * experts, all.begin() + (rank + 1) * experts);
  return by_rank;
}

/// Bytes of one step: features to the experts and outputs back, and the gradients of both.
std::vector<Numbers> expected_matrix(const std::vector<Numbers>& chosen, const ModelConfig& config,
                                     std::int64_t features) {
  const int ranks = world().size();
  std::vector<Numbers> bytes(static_cast<std::size_t>(ranks),
                             Numbers(static_cast<std::size_t>(ranks), 0));
  for (int from = 0; from < ranks; ++from)
    for (int to = 0; to < ranks; ++to) {
      const ExpertRange owned = expert_range(config.head.experts, ranks, to);
      for (int e = owned.first; e < owned.last; ++e) {
        const std::int64_t rows =
            chosen[static_cast<std::size_t>(from)][static_cast<std::size_t>(e)];
        const std::int64_t one_way = rows * (features + config.classes) * kElement;
        bytes[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)] += one_way;
        bytes[static_cast<std::size_t>(to)][static_cast<std::size_t>(from)] += one_way;
      }
    }
  return bytes;
}

TEST(ExactCounters, RowsAndBytesAreThoseOfTheRouting) {
  auto ref = make_backend(BackendKind::ref);
  TestMachine machine(*ref, world());
  auto twin = plain_classifier(machine);
  const ModelConfig config = twin->model().config();
  const std::vector<Numbers> chosen = chosen_by_rank(*twin, share_of_step(machine));
  const std::vector<Numbers> bytes = expected_matrix(chosen, config, 8 * config.width);
  const Json profile = profile_steps(machine);
  if (profile.is_null()) return;

  const Json& layer = profile["experts"][0];
  Numbers rank_rows(static_cast<std::size_t>(world().size()), 0);
  for (int e = 0; e < config.head.experts; ++e) {
    std::int64_t rows = 0;
    for (const Numbers& of_rank : chosen) rows += of_rank[static_cast<std::size_t>(e)];
    EXPECT_EQ(layer["rows"][static_cast<std::size_t>(e)], kRecorded * rows) << "expert " << e;
    for (std::size_t rank = 0; rank < rank_rows.size(); ++rank) {
      const ExpertRange owned =
          expert_range(config.head.experts, world().size(), static_cast<int>(rank));
      if (e >= owned.first && e < owned.last) rank_rows[rank] += kRecorded * rows;
    }
  }
  EXPECT_EQ(layer["rows_per_rank"].get<Numbers>(), rank_rows);

  if (world().size() == 1) return;  // nothing travels
  const Json& traffic = profile["traffic"];
  for (std::size_t from = 0; from < bytes.size(); ++from) {
    std::int64_t sent = 0, received = 0;
    for (std::size_t to = 0; to < bytes.size(); ++to) {
      EXPECT_EQ(traffic["matrix"][from][to], kRecorded * bytes[from][to]) << from << ", " << to;
      sent += kRecorded * bytes[from][to];
      received += kRecorded * bytes[to][from];
    }
    EXPECT_EQ(traffic["sent"][from], sent);
    EXPECT_EQ(traffic["received"][from], received);
  }
}

}  // namespace
}  // namespace switchyard::test
