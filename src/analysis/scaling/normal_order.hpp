#pragma once
// How late the last of several ranks is.

namespace switchyard {

/// The expected largest of n normal numbers, in standard deviations (Blom 1958):
/// Phi^-1((n - 3/8) / (n + 1/4)); 0 for one.
double expected_largest(int n);

}  // namespace switchyard
