#include "ops/arithmetic.hpp"
#include "ops/derivatives/local_exchange.hpp"
#include "ops/derivatives/op_case.hpp"
#include "ops/exchange.hpp"
#include "ops/rows.hpp"

namespace switchyard::test {
namespace {

// One row each, some absent (negative), some twice.
Tensor row_index(Backend& backend, std::int64_t rows) {
  std::vector<std::int32_t> index;
  for (std::int64_t i = 0; i < rows; ++i)
    index.push_back(i % 3 == 0 ? -1 : static_cast<std::int32_t>(i * i % rows));
  return backend.from_host(index.data(), {rows}, DType::i32);
}

// Two of four columns a row.
Tensor column_index(Backend& backend, std::int64_t rows) {
  std::vector<std::int32_t> index;
  for (std::int64_t i = 0; i < rows; ++i) {
    index.push_back(static_cast<std::int32_t>(i % 4));
    index.push_back(static_cast<std::int32_t>((3 * i + 2) % 4));
  }
  return backend.from_host(index.data(), {rows, 2}, DType::i32);
}

// Two a row of the batch, each for another row, some for none.
Tensor places(Backend& backend, std::int64_t rows) {
  std::vector<std::int32_t> place;
  for (std::int64_t i = 0; i < 2 * rows; ++i)
    place.push_back(i % 4 == 2 ? -1 : static_cast<std::int32_t>(2 * rows - 1 - i));
  return backend.from_host(place.data(), {2 * rows}, DType::i32);
}

RowExchange gather_exchange(Backend& backend, std::int64_t rows) {
  Tensor index = row_index(backend, rows);
  return {[&backend, index](const Tensor& t) { return backend.gather_rows(t, index); },
          [&backend, index, rows](const Tensor& t) {
            return backend.scatter_add_rows(t, index, rows);
          }};
}

}  // namespace

std::vector<OpCase> row_cases(std::int64_t rows) {
  Shape matrix = {rows, 4};
  return {
      {"gather_rows",
       {matrix},
       [rows](Tape& tape, Inputs in) {
         return gather_rows(tape, in[0], row_index(tape.backend(), rows));
       }},
      {"combine_rows",
       {{2 * rows, 4}, {rows, 2}},
       [rows](Tape& tape, Inputs in) {
         return combine_rows(tape, in[0], places(tape.backend(), rows), in[1]);
       }},
      {"gather_columns",
       {matrix},
       [rows](Tape& tape, Inputs in) {
         return gather_columns(tape, in[0], column_index(tape.backend(), rows));
       }},
      {"scatter_columns",
       {{rows, 2}},
       [rows](Tape& tape, Inputs in) {
         return scatter_columns(tape, in[0], column_index(tape.backend(), rows), 4);
       }},
      {"slice_columns",
       {matrix},
       [](Tape& tape, Inputs in) { return slice_columns(tape, in[0], 1, 2); }},
      {"concat_columns",
       {matrix, {rows, 1}, {rows, 2}},
       [](Tape& tape, Inputs in) { return concat_columns(tape, in); }},
      {"exchange_rows",
       {matrix},
       [rows](Tape& tape, Inputs in) {
         return exchange_rows(tape, in[0], gather_exchange(tape.backend(), rows));
       }},
      {"batch_sum",
       {{3, 2}, {rows, 3, 2}},
       [](Tape& tape, Inputs in) {
         return mul(tape, in[1], batch_sum(tape, in[0], local_reducer()));
       }},
  };
}

}  // namespace switchyard::test
