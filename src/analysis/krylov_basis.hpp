#pragma once
// The orthonormal vectors of a Krylov space, stored: in a float type of their own, in the backend's
// memory or spilled to the host's.

#include <cstddef>
#include <span>
#include <vector>

#include "base/config/field.hpp"
#include "parallel/vector_space.hpp"

namespace switchyard {

/// Where stored vectors lie. `automatic`: the first ones on the device, up to a limit in bytes, the
/// later ones on the host.
enum class BasisMemory { automatic, device, host };
inline constexpr Choice<BasisMemory> basis_memory_choices[] = {
    {BasisMemory::automatic, "auto"}, {BasisMemory::device, "device"}, {BasisMemory::host, "host"}};

struct BasisOptions {
  DType dtype = DType::f64;  ///< of the stored vectors, f32 or f64
  BasisMemory memory = BasisMemory::automatic;
  std::size_t device_bytes = std::size_t{8} << 30;  ///< this rank's limit, for `automatic`
};

class KrylovBasis {
 public:
  /// `space` must outlive this.
  KrylovBasis(const VectorSpace& space, const BasisOptions& options);

  int size() const { return static_cast<int>(vectors_.size()); }
  /// What is not stored on the device, as it depends on the limit.
  int on_host() const { return on_host_; }
  /// The type to compute with: the wider one of the space's and the stored vectors'.
  DType work_type() const { return work_type_; }

  /// Stores a copy, rounded to the stored type.
  void add(const Tensor& v);
  /// The i-th vector as it is stored, in the backend's memory.
  Tensor stored(int i) const;
  /// The i-th vector in another type.
  Tensor vector(int i, DType dtype) const;

  /// w -= V V'w, for w of work_type(), by two passes of classical Gram-Schmidt, each with one
  /// message ("twice is enough": Giraud, Langou, Rozloznik, van den Eshof 2005). Returns what was
  /// taken out: V'w. Collective.
  std::vector<double> project_out(Tensor& w) const;
  /// The sum of coefficients[i] times the i-th vector, in the space's type, made a unit vector; at
  /// most size() coefficients. Collective.
  Tensor unit_combination(std::span<const double> coefficients) const;

 private:
  struct Stored {
    Tensor device;                ///< undefined where spilled
    std::vector<std::byte> host;  ///< its bytes there
  };

  bool fits_device(std::size_t bytes) const;

  const VectorSpace& space_;
  BasisOptions options_;
  DType work_type_;
  std::vector<Stored> vectors_;
  int on_host_ = 0;
};

}  // namespace switchyard
