#pragma once
// Matrices of known spectra that are split over the ranks, and Lanczos runs on them.

#include <vector>

#include "analysis/lanczos.hpp"
#include "support/dense_operator.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {

/// A matrix of this spectrum: three eighths of the entries are replicated, the rest is that of
/// three uneven experts.
struct Problem {
  Problem(const std::vector<double>& spectrum, DType dtype = DType::f64,
          Communicator& owners = world())
      : split(owners, dtype, size(spectrum) - 2 * (size(spectrum) / 4) - size(spectrum) / 8,
              {size(spectrum) / 4, size(spectrum) / 8, size(spectrum) / 4}),
        op(split, matrix_with_spectrum(spectrum), 3) {}

  static int size(const std::vector<double>& spectrum) { return static_cast<int>(spectrum.size()); }

  SplitSpace split;
  DenseOperator op;
};

/// Without an end to the iterations to speak of.
inline LanczosOptions options(int largest, int smallest, double tolerance = 1e-10) {
  LanczosOptions options;
  options.wanted = {.largest = largest, .smallest = smallest, .tolerance = tolerance};
  options.max_iterations = 1000;
  return options;
}

inline Lanczos run(SymmetricOperator& op, const LanczosOptions& options) {
  Lanczos lanczos(op, options);
  while (!lanczos.done()) lanczos.step();
  return lanczos;
}

inline std::vector<double> linear_spectrum(int n, double lowest, double highest) {
  std::vector<double> spectrum;
  for (int i = 0; i < n; ++i) spectrum.push_back(lowest + (highest - lowest) * i / (n - 1));
  return spectrum;
}

}  // namespace switchyard::test
