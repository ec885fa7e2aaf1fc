#pragma once
// Device memory of one use, cut from segments that cudaMalloc gave.
//
// Requests of up to 1 MiB share segments of 2 MiB, those of up to 10 MiB segments of 20 MiB, larger
// ones have a segment of their own size, in multiples of 2 MiB; best fit, cut in two where much
// would be left over, joined again with free neighbours. (The sizes are those of PyTorch's
// allocator.)

#include <cstddef>
#include <map>
#include <memory>
#include <set>

namespace switchyard {

/// A piece of a segment. Pieces of one segment lie one behind the other.
struct HeapPiece {
  std::byte* start = nullptr;
  std::size_t bytes = 0;
  bool free = false;
  bool small = false;           ///< of a segment for small requests
  HeapPiece* before = nullptr;  ///< neighbours in the segment
  HeapPiece* after = nullptr;
};

/// Not thread safe.
class Heap {
 public:
  explicit Heap(int device) : device_(device) {}
  /// Gives all segments back to the driver; nothing may be in use.
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// What a request takes up.
  static std::size_t round_up(std::size_t bytes);
  /// A piece of round_up(bytes) or somewhat more; null where no free one fits.
  HeapPiece* take(std::size_t bytes);
  /// The same from a fresh segment; null where the driver has no memory for it.
  HeapPiece* take_fresh(std::size_t bytes);
  void give_back(HeapPiece* piece);
  /// Gives segments of which nothing is in use back to the driver, which waits for the device.
  void release_free_segments();
  /// Bytes taken from the driver.
  std::size_t reserved_bytes() const { return reserved_; }

 private:
  struct Smaller {
    using is_transparent = void;
    bool operator()(const HeapPiece* a, const HeapPiece* b) const {
      return a->bytes != b->bytes ? a->bytes < b->bytes : a->start < b->start;
    }
    bool operator()(const HeapPiece* a, std::size_t bytes) const { return a->bytes < bytes; }
  };
  using FreePieces = std::set<HeapPiece*, Smaller>;

  FreePieces& free_pieces(bool small) { return small ? free_small_ : free_large_; }
  HeapPiece* add(HeapPiece piece);
  void cut(HeapPiece* piece, std::size_t bytes);
  void absorb_next(HeapPiece* piece);
  void release_free_segments(FreePieces& pieces);

  int device_;
  std::map<std::byte*, std::unique_ptr<HeapPiece>> pieces_;
  FreePieces free_small_;
  FreePieces free_large_;
  std::size_t reserved_ = 0;
};

}  // namespace switchyard
