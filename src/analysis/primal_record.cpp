#include "analysis/primal_record.hpp"

#include <algorithm>
#include <utility>

namespace switchyard {
namespace {

template <class T>
void append(std::string& text, const T& value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::size_t offset_of(const Tensor& x) {
  return static_cast<std::size_t>(x.raw() - x.block().get());
}

void append_shape(std::string& text, const Tensor& x) {
  append(text, x.dtype());
  append(text, x.rank());
  for (std::int64_t n : x.shape()) append(text, n);
}

}  // namespace

std::size_t PrimalRecord::kept_bytes() const {
  std::size_t bytes = 0;
  for (const Memory& memory : memories_) bytes += memory.kept ? memory.bytes : 0;
  return bytes;
}

void PrimalRecord::clear() {
  complete_ = false;
  calls_.clear();
  uploads_.clear();
  leaves_.clear();
  memories_.clear();
}

PrimalRecord::Memory& PrimalRecord::add_memory() {
  Memory& memory = memories_.emplace_back();
  memory.number = memories_.size();
  return memory;
}

PrimalPass::PrimalPass(PrimalRecord& record, std::span<const Tensor> leaves) : record_(record) {
  for (std::size_t i = 0; !record.complete() && i < leaves.size(); ++i) {
    record.leaves_.push_back(&record.add_memory());
    record.leaves_.back()->lasting = true;
  }
  SY_REQUIRE(record.leaves_.size() == leaves.size(), ExitCode::run_failed,
             "values are kept of {} tensors, and this pass begins with {}; clear the record",
             record.leaves_.size(), leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i)
    set_present(leaves[i].block(), *record.leaves_[i]);
}

PrimalPass::~PrimalPass() {
  if (!finished_) record_.clear();
}

void PrimalPass::finish() {
  record_.complete_ = true;
  finished_ = true;
}

bool PrimalPass::knows(const Tensor& x) const {
  return !x || find_present(x);
}

void PrimalPass::describe(const Tensor& x, std::string& call) const {
  append(call, x ? find_present(x)->memory->number : std::size_t{0});
  if (!x) return;
  append(call, offset_of(x));
  append_shape(call, x);
}

void PrimalPass::need(const Tensor& x) {
  const Present* present = x ? find_present(x) : nullptr;
  if (!present) return;
  require_memory(x, "a tangent");
  if (!present->memory->lasting && !present->memory->kept) present->memory->kept = x.block();
}

void PrimalPass::require_memory(const Tensor& x, std::string_view reader) const {
  SY_REQUIRE(!x || !find_present(x)->placeholder, ExitCode::run_failed,
             "{} reads a value of shape {} that was not kept, for no earlier pass read it so; "
             "clear the record before passes of another kind",
             reader, to_string(x.shape()));
}

void PrimalPass::require_first(std::string_view work) const {
  SY_REQUIRE(!record_.complete(), ExitCode::run_failed,
             "{} of this pass is none of those of the passes before it; clear the record before "
             "passes of another kind",
             work);
}

std::optional<std::vector<Tensor>> PrimalPass::find(const std::string& call) {
  auto made = record_.calls_.find(call);
  if (made == record_.calls_.end()) return std::nullopt;
  std::vector<Tensor> results;
  for (const PrimalRecord::Result& result : made->second) {
    Block block = result.memory ? block_of(*result.memory) : nullptr;
    if (result.memory && !block) return std::nullopt;
    results.push_back(result.form.on(std::move(block)));
  }
  return results;
}

// Placeholders are handed out once a record is complete: before, a value that has gone may yet turn
// out to be needed.
Block PrimalPass::block_of(Memory& memory) {
  Block block = memory.kept ? memory.kept : memory.now.lock();
  const bool placeholder = !block && record_.complete();
  if (placeholder) block = std::make_shared<std::byte>();
  if (block) set_present(block, memory, placeholder);
  return block;
}

void PrimalPass::enter(const std::string& call, std::span<const Tensor> results) {
  auto& entries = record_.calls_[call];
  entries.resize(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Tensor& x = results[i];
    if (!x) continue;
    PrimalRecord::Result& entry = entries[i];
    const Present* present = find_present(x);  // several results may share memory
    if (!entry.memory) entry.memory = present ? present->memory : &record_.add_memory();
    entry.form = x.on(nullptr);
    entry.memory->now = x.block();
    entry.memory->bytes = std::max(entry.memory->bytes, offset_of(x) + x.bytes());
    if (!present) set_present(x.block(), *entry.memory);
  }
}

void PrimalPass::enter_upload(const void* source, const Tensor& x) {
  std::string content(static_cast<const char*>(source), x.bytes());
  append_shape(content, x);
  Memory*& memory = record_.uploads_[content];
  if (!memory) {
    memory = &record_.add_memory();
    memory->lasting = true;
  }
  set_present(x.block(), *memory);
}

const PrimalPass::Present* PrimalPass::find_present(const Tensor& x) const {
  auto found = present_.find(x.block());
  return found == present_.end() ? nullptr : &found->second;
}

void PrimalPass::set_present(const Block& block, Memory& memory, bool placeholder) {
  present_.insert_or_assign(block, Present{&memory, placeholder});
}

}  // namespace switchyard
