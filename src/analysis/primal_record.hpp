#pragma once
// What passes over one batch compute from values alone, kept from pass to pass.
//
// A call of a kernel whose inputs are all known - parameters, the batch, constants, and what was
// computed of these - gives the same in every pass. It is found again by what it is, not by when it
// was made: kernel, attributes, and the memory that its inputs lie in, which has the same number in
// every pass. Kept is only what some other computation reads, one that also depends on directions;
// of the rest later passes get tensors without memory, which serve to find further calls.

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "device/tensor.hpp"

namespace switchyard {

class PrimalRecord {
 public:
  PrimalRecord() = default;
  PrimalRecord(const PrimalRecord&) = delete;
  PrimalRecord& operator=(const PrimalRecord&) = delete;

  /// Whether a pass has gone through, so that later ones find its values.
  bool complete() const { return complete_; }
  std::size_t kept_bytes() const;
  void clear();

 private:
  friend class PrimalPass;

  struct Memory {
    std::size_t number = 0;
    bool lasting = false;          ///< known from elsewhere, and there in every pass
    std::size_t bytes = 0;         ///< seen of it
    std::weak_ptr<std::byte> now;  ///< while somebody still holds what was computed
    Block kept;
  };
  struct Result {
    Tensor form;               ///< without memory
    Memory* memory = nullptr;  ///< null for an undefined tensor
  };

  Memory& add_memory();

  bool complete_ = false;
  std::deque<Memory> memories_;
  std::vector<Memory*> leaves_;
  std::unordered_map<std::string, Memory*> uploads_;  ///< by the bytes
  std::unordered_map<std::string, std::vector<Result>> calls_;
};

/// One pass under way.
class PrimalPass {
 public:
  /// `leaves`: the known tensors, the same ones in every pass of a record. Both must outlive this.
  PrimalPass(PrimalRecord& record, std::span<const Tensor> leaves);
  /// A pass that has not finished leaves an empty record.
  ~PrimalPass();
  PrimalPass(const PrimalPass&) = delete;
  PrimalPass& operator=(const PrimalPass&) = delete;
  void finish();

  /// Whether x depends on values alone; an undefined tensor does.
  bool knows(const Tensor& x) const;
  /// What tells a known tensor from others, added to the description of a call.
  void describe(const Tensor& x, std::string& call) const;
  /// x is read by a computation that is done in every pass: it is kept if it is known.
  void need(const Tensor& x);
  /// That x, which is known, has memory in this pass.
  void require_memory(const Tensor& x, std::string_view reader) const;

  /// That no pass has gone through before: what other ranks do not make again cannot be made.
  void require_first(std::string_view work) const;

  /// The results of a call that was made before; none where it has to be made (again).
  std::optional<std::vector<Tensor>> find(const std::string& call);
  void enter(const std::string& call, std::span<const Tensor> results);
  /// x now holds these bytes of the host.
  void enter_upload(const void* source, const Tensor& x);
  /// The number of an exchange in the pass: what other ranks send cannot be seen in the inputs.
  std::size_t next_exchange() { return exchanges_++; }

 private:
  using Memory = PrimalRecord::Memory;
  struct Present {
    Memory* memory;
    bool placeholder;
  };

  const Present* find_present(const Tensor& x) const;
  void set_present(const Block& block, Memory& memory, bool placeholder = false);
  Block block_of(Memory& memory);

  PrimalRecord& record_;
  bool finished_ = false;
  std::size_t exchanges_ = 0;
  std::map<std::weak_ptr<std::byte>, Present, std::owner_less<>> present_;
};

}  // namespace switchyard
