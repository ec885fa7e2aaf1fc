#include "parallel/row_exchanges.hpp"

#include <numeric>
#include <utility>

namespace switchyard {
namespace {

using Numbers = std::vector<std::int64_t>;

std::int64_t sum(const Numbers& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
}

struct Way {
  Numbers RowTraffic::*out;
  Numbers RowTraffic::*in;
};
constexpr Way kThere = {&RowTraffic::send_rows, &RowTraffic::receive_rows};
constexpr Way kBack = {&RowTraffic::receive_rows, &RowTraffic::send_rows};

Arrival start(Backend& backend, Communicator& group, const Tensor& x,
              std::shared_ptr<const RowTraffic> traffic, const Way& way, std::int64_t room) {
  if (group.size() == 1) return [x] { return x; };
  Tensor y = backend.empty({room, x.dim(1)}, x.dtype());
  auto request = std::make_shared<std::unique_ptr<Request>>();
  backend.between([&group, x, y, traffic, way, request] {
    const Numbers &out = (*traffic).*way.out, &in = (*traffic).*way.in;
    *request = group.start_all_to_all_rows(x.rows(0, sum(out)), out, y.rows(0, sum(in)), in);
  });
  return [&backend, y, request] {
    backend.between([request] { std::exchange(*request, nullptr)->wait(); });
    return y;
  };
}

}  // namespace

Arrival start_all_to_all(Backend& backend, Communicator& group, const Tensor& x,
                         const RowRoute& route) {
  return start(backend, group, x, route.traffic, kThere, route.receive_room);
}

StartedRowExchange all_to_all(Backend& backend, Communicator& group, const RowRoute& route) {
  auto starts = [&backend, &group, traffic = route.traffic](const Way& way, std::int64_t room) {
    return [&backend, &group, traffic, way, room](const Tensor& x) {
      return start(backend, group, x, traffic, way, room);
    };
  };
  return {starts(kThere, route.receive_room), starts(kBack, route.send_room)};
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
