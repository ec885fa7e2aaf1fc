#pragma once
// Differentiable elementwise arithmetic, reductions and reshapes. Broadcasting is NumPy's.

#include <span>
#include <vector>

#include "ops/tape.hpp"

namespace switchyard {

Variable add(Tape& tape, const Variable& a, const Variable& b);
Variable sub(Tape& tape, const Variable& a, const Variable& b);
Variable mul(Tape& tape, const Variable& a, const Variable& b);
Variable scale(Tape& tape, const Variable& x, double factor);
/// x with elements of another type; x itself where it has that type. Gradients come back in x's.
Variable cast(Tape& tape, const Variable& x, DType dtype);
/// x with elements that were converted to `y` already.
Variable cast_as(Tape& tape, const Variable& x, Dual y);
/// That of each of several of one type, in one kernel each way.
std::vector<Variable> cast_all(Tape& tape, std::span<const Variable> xs, DType dtype);
/// x + c for a number c.
Variable add_scalar(Tape& tape, const Variable& x, double c);
/// op(x) for the functions of one variable listed with the kernels.
Variable unary(Tape& tape, UnaryOp op, const Variable& x);
/// max(x, 0); the derivative at 0 is 0.
Variable relu(Tape& tape, const Variable& x);
/// Sum over the dimensions along which `shape` would broadcast to x's shape.
Variable sum_to(Tape& tape, const Variable& x, Shape shape);
Variable reshape(Tape& tape, const Variable& x, Shape shape);
/// The sum of all elements, shape (1).
Variable sum_all(Tape& tape, const Variable& x);

}  // namespace switchyard
