#include "analysis/bus_factor.hpp"

namespace switchyard {

double bus_factor(Collective operation, int ranks) {
  const double n = ranks;
  switch (operation) {
    case Collective::all_reduce:
      return 2 * (n - 1) / n;
    case Collective::all_to_all_counts:
    case Collective::all_to_all_rows:
    case Collective::all_gather:
    case Collective::reduce_scatter:
      return (n - 1) / n;
    case Collective::broadcast:
      return 1;
    case Collective::barrier:
      break;
  }
  return 0;
}

}  // namespace switchyard
