#include "analysis/tridiagonal.hpp"

#include <Eigen/Eigenvalues>

#include "base/error.hpp"

namespace switchyard {

TridiagonalEigen tridiagonal_eigen(std::span<const double> diagonal,
                                   std::span<const double> off_diagonal) {
  using Vector = Eigen::Map<const Eigen::VectorXd>;
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen;
  eigen.computeFromTridiagonal(Vector(diagonal.data(), std::ssize(diagonal)),
                               Vector(off_diagonal.data(), std::ssize(off_diagonal)));
  SY_REQUIRE(eigen.info() == Eigen::Success, ExitCode::run_failed,
             "the eigenvalues of a {0} x {0} tridiagonal matrix were not found (QR iterations did "
             "not converge, as with entries that are not finite)",
             diagonal.size());
  const auto& values = eigen.eigenvalues();
  const auto& vectors = eigen.eigenvectors();
  return {.values = {values.data(), values.data() + values.size()},
          .vectors = {vectors.data(), vectors.data() + vectors.size()}};
}

}  // namespace switchyard
