#pragma once
// MPI's handles with owners, its error codes as Errors, its element types and int counts.

#include <mpi.h>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"

namespace switchyard {

/// MPI's own words for an error code.
std::string mpi_error_text(int code);
/// Throws Error (run_failed) unless `code` is MPI_SUCCESS; `attempt` completes "MPI could not".
void check_mpi(int code, std::string_view attempt);

MPI_Datatype mpi_type(DType dtype);
/// A count as MPI takes it; throws Error where it exceeds an int.
int to_mpi_count(std::int64_t count, std::string_view of_what);
std::vector<int> to_mpi_counts(Counts counts);
/// Where each rank's rows begin: the exclusive running sum.
std::vector<int> to_mpi_offsets(Counts counts);

/// Owns an MPI communicator whose errors are returned as codes.
class MpiComm {
 public:
  explicit MpiComm(MPI_Comm owned);
  ~MpiComm();
  MpiComm(MpiComm&& other) noexcept : comm_(std::exchange(other.comm_, MPI_COMM_NULL)) {}
  MpiComm& operator=(MpiComm&&) = delete;

  MPI_Comm get() const { return comm_; }

 private:
  MPI_Comm comm_;
};

/// The MPI type of one row of a tensor. Counting in rows keeps large exchanges within an int.
class RowType {
 public:
  explicit RowType(const Tensor& like);
  ~RowType();
  RowType(const RowType&) = delete;
  RowType& operator=(const RowType&) = delete;

  MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_;
};

/// The MPI sum of an element type; bf16 is added in float, each sum rounded.
class SumOperation {
 public:
  explicit SumOperation(DType dtype);
  ~SumOperation();
  SumOperation(const SumOperation&) = delete;
  SumOperation& operator=(const SumOperation&) = delete;

  MPI_Op get() const { return operation_; }

 private:
  MPI_Op operation_ = MPI_SUM;
  bool owned_;
};

}  // namespace switchyard
