#include "comm/mpi_handle.hpp"

#include <algorithm>
#include <exception>
#include <limits>

#include "comm/tensor_sizes.hpp"

namespace switchyard {
namespace {

void add_bfloat16(void* in, void* in_out, int* count, MPI_Datatype*) {
  const auto* x = static_cast<const BFloat16*>(in);
  auto* sum = static_cast<BFloat16*>(in_out);
  std::transform(x, x + *count, sum, sum, [](BFloat16 a, BFloat16 b) {
    return BFloat16(static_cast<float>(a) + static_cast<float>(b));
  });
}

}  // namespace

std::string mpi_error_text(int code) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) return fmt::format("code {}", code);
  return std::string(text, static_cast<std::size_t>(length));
}

void check_mpi(int code, std::string_view attempt) {
  SY_REQUIRE(code == MPI_SUCCESS, ExitCode::run_failed,
             "MPI could not {} ({}); check that all ranks are alive", attempt,
             mpi_error_text(code));
}

MPI_Datatype mpi_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return MPI_FLOAT;
    case DType::f64:
      return MPI_DOUBLE;
    case DType::i32:
      return MPI_INT32_T;
    case DType::i64:
      return MPI_INT64_T;
    case DType::u8:
      return MPI_UINT8_T;
    case DType::bf16:
      return MPI_UINT16_T;
  }
  fail(ExitCode::run_failed, "no MPI type for this element type");
}

int to_mpi_count(std::int64_t count, std::string_view of_what) {
  SY_REQUIRE(count <= std::numeric_limits<int>::max(), ExitCode::run_failed,
             "{} {} are more than MPI can count in one exchange (at most {}); use more ranks or a "
             "smaller batch",
             count, of_what, std::numeric_limits<int>::max());
  return static_cast<int>(count);
}

std::vector<int> to_mpi_counts(Counts counts) {
  std::vector<int> result;
  result.reserve(counts.size());
  for (std::int64_t count : counts) result.push_back(to_mpi_count(count, "rows"));
  return result;
}

std::vector<int> to_mpi_offsets(Counts counts) {
  std::vector<int> result;
  result.reserve(counts.size());
  std::int64_t offset = 0;
  for (std::int64_t count : counts) {
    result.push_back(to_mpi_count(offset, "rows"));
    offset += count;
  }
  return result;
}

MpiComm::MpiComm(MPI_Comm owned) : comm_(owned) {
  check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "set an error handler");
}

MpiComm::~MpiComm() {
  if (comm_ == MPI_COMM_NULL) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  // Freeing is collective: a rank on its way out of an error must not enter it.
  if (!finalized && std::uncaught_exceptions() == 0) MPI_Comm_free(&comm_);
}

RowType::RowType(const Tensor& like) {
  const int width = to_mpi_count(row_elements(like), "numbers a row");
  check_mpi(MPI_Type_contiguous(width, mpi_type(like.dtype()), &type_), "describe a row");
  check_mpi(MPI_Type_commit(&type_), "describe a row");
}

RowType::~RowType() {
  MPI_Type_free(&type_);
}

SumOperation::SumOperation(DType dtype) : owned_(dtype == DType::bf16) {
  if (owned_) check_mpi(MPI_Op_create(add_bfloat16, 1, &operation_), "describe a sum of bf16");
}

SumOperation::~SumOperation() {
  if (owned_) MPI_Op_free(&operation_);
}

}  // namespace switchyard
