#pragma once
// The analyses of a matrix. Each gives its part of the results, may be stopped at every safe point
// and continued from `work` to the same bits on the same grid. All are collective.

#include "apps/curvature/saved_work.hpp"

namespace switchyard {

/// The largest and smallest eigenvalues by Lanczos; writes the eigenvectors.
Json spectrum_part(CurvatureSession& session, SavedWork& work);
/// The eigenvalues of largest magnitude by power iteration.
Json power_part(CurvatureSession& session, SavedWork& work);
/// The trace; by Hutchinson's estimator also that of every group's diagonal block.
Json trace_part(CurvatureSession& session, SavedWork& work);
/// The traces of the groups where another estimator gives the whole one.
Json group_traces_part(CurvatureSession& session, SavedWork& work);
/// The largest eigenvalue of every group's diagonal block.
Json group_spectra_part(CurvatureSession& session, SavedWork& work);
/// The spectral density by stochastic Lanczos quadrature.
Json density_part(CurvatureSession& session, SavedWork& work);
/// Loss and routing along lines and on planes; writes them as CSV too.
Json landscape_part(CurvatureSession& session, SavedWork& work);

}  // namespace switchyard
