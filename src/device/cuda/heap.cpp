#include "device/cuda/heap.hpp"

#include <algorithm>

#include "device/cuda/check.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kGranularity = 512;
constexpr std::size_t kSmallRequest = kMiB;
constexpr std::size_t kSmallSegment = 2 * kMiB;
constexpr std::size_t kMiddleRequest = 10 * kMiB;
constexpr std::size_t kMiddleSegment = 20 * kMiB;

std::size_t multiple_of(std::size_t step, std::size_t bytes) {
  return (bytes + step - 1) / step * step;
}

bool is_small(std::size_t bytes) {
  return bytes <= kSmallRequest;
}

std::size_t segment_bytes(std::size_t bytes) {
  if (is_small(bytes)) return kSmallSegment;
  if (bytes < kMiddleRequest) return kMiddleSegment;
  return multiple_of(kSmallSegment, bytes);
}

}  // namespace

Heap::~Heap() {
  release_free_segments();
}

std::size_t Heap::round_up(std::size_t bytes) {
  return multiple_of(kGranularity, std::max<std::size_t>(bytes, 1));
}

HeapPiece* Heap::add(HeapPiece piece) {
  auto made = std::make_unique<HeapPiece>(piece);
  return (pieces_[piece.start] = std::move(made)).get();
}

HeapPiece* Heap::take(std::size_t bytes) {
  bytes = round_up(bytes);
  FreePieces& free = free_pieces(is_small(bytes));
  auto found = free.lower_bound(bytes);
  if (found == free.end()) return nullptr;
  HeapPiece* piece = *found;
  free.erase(found);
  piece->free = false;
  cut(piece, bytes);
  return piece;
}

HeapPiece* Heap::take_fresh(std::size_t bytes) {
  bytes = round_up(bytes);
  std::size_t size = segment_bytes(bytes);
  SY_CUDA(cudaSetDevice(device_));
  void* start = nullptr;
  cudaError_t status = cudaMalloc(&start, size);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is remembered until asked for
    return nullptr;
  }
  SY_CUDA(status);
  reserved_ += size;
  HeapPiece* piece =
      add({.start = static_cast<std::byte*>(start), .bytes = size, .small = is_small(bytes)});
  cut(piece, bytes);
  return piece;
}

// Leaves `bytes` of the piece and frees the rest, where that is worth keeping apart.
void Heap::cut(HeapPiece* piece, std::size_t bytes) {
  std::size_t rest = piece->bytes - bytes;
  if (piece->small ? rest < kGranularity : rest <= kSmallRequest) return;
  HeapPiece* second = add({.start = piece->start + bytes,
                           .bytes = rest,
                           .free = true,
                           .small = piece->small,
                           .before = piece,
                           .after = piece->after});
  if (second->after) second->after->before = second;
  piece->after = second;
  piece->bytes = bytes;
  free_pieces(second->small).insert(second);
}

void Heap::give_back(HeapPiece* piece) {
  piece->free = true;
  if (piece->after && piece->after->free) absorb_next(piece);
  if (piece->before && piece->before->free) {
    piece = piece->before;
    free_pieces(piece->small).erase(piece);
    absorb_next(piece);
  }
  free_pieces(piece->small).insert(piece);
}

// Joins a piece that is not listed as free with the free one behind it.
void Heap::absorb_next(HeapPiece* piece) {
  HeapPiece* next = piece->after;
  free_pieces(next->small).erase(next);
  piece->bytes += next->bytes;
  piece->after = next->after;
  if (piece->after) piece->after->before = piece;
  pieces_.erase(next->start);
}

void Heap::release_free_segments() {
  release_free_segments(free_small_);
  release_free_segments(free_large_);
}

void Heap::release_free_segments(FreePieces& pieces) {
  for (auto it = pieces.begin(); it != pieces.end();) {
    HeapPiece* piece = *it;
    if (piece->before || piece->after) {
      ++it;
      continue;
    }
    it = pieces.erase(it);
    cudaFree(piece->start);
    reserved_ -= piece->bytes;
    pieces_.erase(piece->start);
  }
}

}  // namespace switchyard
