#include "parallel/row_exchanges.hpp"

#include <numeric>
#include <utility>

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

std::int64_t sum(const Numbers& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
}

}  // namespace

Arrival start_all_to_all(Backend& backend, Communicator& group, const Tensor& x,
                         const Numbers& send_rows, const Numbers& receive_rows) {
  if (group.size() == 1) return [x] { return x; };
  Tensor y = backend.empty({sum(receive_rows), x.dim(1)}, x.dtype());
  std::shared_ptr<Request> request = group.start_all_to_all_rows(x, send_rows, y, receive_rows);
  return [y, request] {
    request->wait();
    return y;
  };
}

StartedRowExchange all_to_all(Backend& backend, Communicator& group, Numbers send_rows,
                              Numbers receive_rows) {
  auto start = [&backend, &group](Numbers out, Numbers in) {
    return [&backend, &group, out = std::move(out), in = std::move(in)](const Tensor& x) {
      return start_all_to_all(backend, group, x, out, in);
    };
  };
  return {start(send_rows, receive_rows), start(receive_rows, send_rows)};
}

RowExchange all_gather(Backend& backend, Communicator& group, Numbers rows) {
  std::int64_t own = rows[static_cast<std::size_t>(group.rank().value)];
  auto gather = [&backend, &group, rows](const Tensor& x) {
    if (group.size() == 1) return x;
    Tensor y = backend.empty({sum(rows), x.dim(1)}, x.dtype());
    group.all_gather_rows(x, y, rows);
    return y;
  };
  auto scatter = [&backend, &group, rows, own](const Tensor& y) {
    if (group.size() == 1) return y;
    Tensor x = backend.empty({own, y.dim(1)}, y.dtype());
    group.reduce_scatter_rows(y, x, rows);
    return x;
  };
  return {gather, scatter};
}

RowExchange transpose(RowExchange exchange) {
  std::swap(exchange.apply, exchange.adjoint);
  return exchange;
}

}  // namespace switchyard
