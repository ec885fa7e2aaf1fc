#pragma once
// How well a program scales, by the usual definitions.

namespace switchyard {

/// Same work on more ranks: p0 T_p0 / (p T_p).
inline double strong_efficiency(double p0, double t0, double p, double t) {
  return p0 * t0 / (p * t);
}

/// Work that grows with the ranks: T_p0 / T_p.
inline double weak_efficiency(double t0, double t) {
  return t0 / t;
}

/// The serial share that explains a speedup on p > 1 times the ranks: (1/speedup - 1/p) / (1 - 1/p)
/// (Karp, Flatt 1990).
inline double karp_flatt(double speedup, double p) {
  return (1 / speedup - 1 / p) / (1 - 1 / p);
}

}  // namespace switchyard
