#pragma once
// The small dense algebra of XTrace.

#include <cstdint>
#include <limits>
#include <vector>

namespace switchyard {

/// A matrix of columns of equal or growing length, [column][row]; what is behind a column's end is
/// zero.
using Columns = std::vector<std::vector<double>>;

/// What is known of A after m probes O, with Y = A O = Q R and Q of p <= m orthonormal vectors.
struct XTraceMatrices {
  Columns h;                   ///< upper triangle of Q'AQ, p columns: column j has j + 1 rows
  Columns w;                   ///< Q'O, m columns
  Columns r;                   ///< m columns
  std::int64_t dimension = 0;  ///< of A
};

struct LeaveOneOut {
  std::vector<double> samples;  ///< by each probe; their mean is the estimate
  double standard_error = std::numeric_limits<double>::infinity();
};

/// The estimate of the trace by each probe. Its basis Q_(i) is that of the other probes' products,
/// which is independent of it:
///
///   tr(Q_(i)'A Q_(i)) + o_i'(I - Q_(i)Q_(i)') A (I - Q_(i)Q_(i)') o_i
///
/// (Epperly, Tropp, Webber 2024, section 2.2), with Q_(i)Q_(i)' = Q (I - s_i s_i') Q' for the unit
/// vector s_i orthogonal to all columns of R but the i-th. Where that column depends on the others
/// s_i is 0: without the probe the basis would be the same.
///
/// The samples share most of their bases, so that their spread alone makes the error too small, by
/// a third where the spectrum decays. The standard error is the jackknife's instead: the spread of
/// the means over m - 1 probes, with bases without that of the m-th (Efron, Stein 1981: it is too
/// large rather than too small).
LeaveOneOut leave_one_out(const XTraceMatrices& matrices);

}  // namespace switchyard
