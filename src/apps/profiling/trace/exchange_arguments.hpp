#pragma once
// Exchanges between ranks in the words of PyTorch's profiler.

#include <map>
#include <span>
#include <string>

#include "analysis/profile/group_calls.hpp"

namespace switchyard {

/// A name that analysers take for one of NCCL's kernels, also where MPI exchanged, and the zone.
std::string exchange_kernel_name(const RankProfile& profile, const CollectiveRecord& call);

/// Knows what all ranks noted of a call: what one received is what the others sent to it.
class ExchangeArguments {
 public:
  /// Both must outlive this.
  ExchangeArguments(std::span<const RankProfile> profiles, const GroupCalls& calls);

  /// Members of a JSON object: "Collective name" and what goes with it; sizes are bytes (dtype
  /// Byte). Where not all members noted the call, what one received is left out.
  std::string of(const RankProfile& profile, const CollectiveRecord& call) const;
  /// The same, and what a call cost this rank.
  std::string with_costs(const RankProfile& profile, const CollectiveRecord& call) const;

 private:
  struct Place {
    const GroupCall* call;
    std::size_t member;
  };
  const Place* place_of(const CollectiveRecord& call) const;
  std::string sizes(const RankProfile& profile, const CollectiveRecord& call) const;

  std::span<const RankProfile> profiles_;
  std::map<const CollectiveRecord*, Place> places_;
};

}  // namespace switchyard
