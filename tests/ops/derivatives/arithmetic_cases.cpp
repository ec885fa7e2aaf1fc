#include "ops/arithmetic.hpp"

#include "ops/derivatives/op_case.hpp"

namespace switchyard::test {
namespace {

using BinaryFunction = Variable (*)(Tape&, const Variable&, const Variable&);

void add_binary_cases(std::vector<OpCase>& cases, const std::string& name, BinaryFunction f,
                      std::int64_t rows) {
  Shape matrix = {rows, 3};
  auto forward = [f](Tape& tape, Inputs in) { return f(tape, in[0], in[1]); };
  cases.push_back({name, {matrix, matrix}, forward});
  cases.push_back({name + "_row_vector", {matrix, {3}}, forward});
  cases.push_back({name + "_column", {matrix, {rows, 1}}, forward});
  cases.push_back({name + "_single_element", {matrix, {1}}, forward});
  cases.push_back({name + "_row_vector_first", {{3}, matrix}, forward});
  cases.push_back({name + "_column_and_row", {{rows, 1}, {3}}, forward});
  cases.push_back(
      {name + "_itself", {matrix}, [f](Tape& tape, Inputs in) { return f(tape, in[0], in[0]); }});
}

void add_unary_cases(std::vector<OpCase>& cases, std::int64_t rows) {
  auto add_case = [&](const std::string& name, UnaryOp op, Domain domain) {
    cases.push_back({name,
                     {{rows, 3}},
                     [op](Tape& tape, Inputs in) { return unary(tape, op, in[0]); },
                     domain});
  };
  add_case("exp", UnaryOp::exp, Domain::off_zero);
  add_case("log", UnaryOp::log, Domain::positive);
  add_case("reciprocal", UnaryOp::reciprocal, Domain::positive);
  add_case("square", UnaryOp::square, Domain::off_zero);
  add_case("sqrt", UnaryOp::sqrt, Domain::positive);
  add_case("softplus", UnaryOp::softplus, Domain::off_zero);
  add_case("sigmoid", UnaryOp::sigmoid, Domain::off_zero);
  add_case("normal_cdf", UnaryOp::normal_cdf, Domain::off_zero);
}

void add_sum_cases(std::vector<OpCase>& cases, std::int64_t rows) {
  auto add_case = [&](const std::string& name, Shape shape) {
    cases.push_back({name, {{rows, 2, 3}}, [shape](Tape& tape, Inputs in) {
                       return sum_to(tape, in[0], shape);
                     }});
  };
  add_case("sum_to_row_vector", {3});
  add_case("sum_to_column", {rows, 1, 1});
  add_case("sum_to_middle", {1, 2, 1});
  add_case("sum_to_same", {rows, 2, 3});
  cases.push_back(
      {"sum_all", {{rows, 3}}, [](Tape& tape, Inputs in) { return sum_all(tape, in[0]); }});
}

}  // namespace

std::vector<OpCase> arithmetic_cases(std::int64_t rows) {
  std::vector<OpCase> cases;
  add_binary_cases(cases, "add", add, rows);
  add_binary_cases(cases, "sub", sub, rows);
  add_binary_cases(cases, "mul", mul, rows);
  add_unary_cases(cases, rows);
  add_sum_cases(cases, rows);
  Shape matrix = {rows, 4};
  cases.push_back(
      {"scale", {matrix}, [](Tape& tape, Inputs in) { return scale(tape, in[0], -2.5); }});
  cases.push_back(
      {"add_scalar", {matrix}, [](Tape& tape, Inputs in) { return add_scalar(tape, in[0], 0.7); }});
  cases.push_back({"relu", {matrix}, [](Tape& tape, Inputs in) { return relu(tape, in[0]); }});
  cases.push_back({"reshape", {matrix}, [rows](Tape& tape, Inputs in) {
                     return reshape(tape, in[0], {2, rows, 2});
                   }});
  return cases;
}

}  // namespace switchyard::test
