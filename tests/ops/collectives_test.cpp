// Differentiable exchanges between real ranks: what is differentiated is the sum over ranks of
// each rank's scalar.

#include <gtest/gtest.h>

#include "ops/arithmetic.hpp"
#include "ops/batch_norm.hpp"
#include "ops/derivatives/check_derivatives.hpp"
#include "ops/linear.hpp"
#include "ops/ref/ref_backend.hpp"
#include "ops/softmax.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using RowCounts = std::vector<std::int64_t>;

std::int64_t total(const RowCounts& counts) {
  std::int64_t sum = 0;
  for (auto c : counts) sum += c;
  return sum;
}

Ranks world_ranks(Backend& backend) {
  return {world().rank().value, world().size(), [&backend](double x) {
            Tensor t = backend.full({1}, DType::f64, x);
            world().all_reduce_sum(t);
            return to_block(backend, t)[0];
          }};
}

class WorldReducer final : public BatchReducer {
 public:
  explicit WorldReducer(Backend& backend) : backend_(backend) {}
  Tensor sum(const Tensor& partial) override {
    Tensor t = backend_.convert(partial, partial.dtype());
    world().all_reduce_sum(t);
    return t;
  }
  int ranks() const override { return world().size(); }

 private:
  Backend& backend_;
};

// How many rows rank s sends rank d: different everywhere, and zero here and there.
std::int64_t rows_between(int s, int d) {
  return (2 * s + d + 1) % 3;
}

// An all-to-all of rows, and the way back.
struct AllToAll {
  explicit AllToAll(Backend& backend) : backend(backend) {
    int me = world().rank().value;
    for (int r = 0; r < world().size(); ++r) {
      sent.push_back(rows_between(me, r));
      received.push_back(rows_between(r, me));
    }
  }
  Tensor move(const Tensor& x, const RowCounts& from, const RowCounts& to) const {
    Tensor y = backend.empty({total(to), x.dim(1)}, x.dtype());
    world().all_to_all_rows(x, from, y, to);
    return y;
  }
  RowExchange there() const {
    return {[self = *this](const Tensor& t) { return self.move(t, self.sent, self.received); },
            [self = *this](const Tensor& t) { return self.move(t, self.received, self.sent); }};
  }
  RowExchange back() const { return {there().adjoint, there().apply}; }

  Backend& backend;
  RowCounts sent, received;
};

class Collectives : public testing::Test {
 protected:
  void check(const OpCase& op) { check_derivatives(backend, op, world_ranks(backend)); }

  RefBackend backend;
  WorldReducer reducer{backend};
  AllToAll exchange{backend};
};

TEST_F(Collectives, BatchSumMatchesCentralDifferences) {
  check({"batch_sum", {{2, 3}, {2, 3}}, [this](Tape& tape, Inputs in) {
           return mul(tape, in[1], batch_sum(tape, in[0], reducer));
         }});
}

TEST_F(Collectives, BatchSumOfAStatisticMatchesCentralDifferences) {
  // The squared coefficient of variation of column sums: not linear in any rank's share.
  std::int64_t rows = world().rank().value == 1 ? 0 : 3;
  check({"column_sums", {{rows, 4}}, [this](Tape& tape, Inputs in) {
           Variable p = softmax(tape, in[0]);
           Variable sums = batch_sum(tape, sum_to(tape, p, {4}), reducer);
           return unary(tape, UnaryOp::square, sums);
         }});
}

TEST_F(Collectives, ExchangeRowsMatchesCentralDifferences) {
  check({"exchange_rows", {{total(exchange.sent), 2}}, [this](Tape& tape, Inputs in) {
           return exchange_rows(tape, in[0], exchange.there());
         }});
}

// Two exchanges under way at once, work between their begins and finishes.
TEST_F(Collectives, ExchangesUnderWayMatchCentralDifferences) {
  auto started = [](RowExchange exchange) {
    auto start = [](std::function<Tensor(const Tensor&)> move) {
      return [move](const Tensor& x) -> Arrival { return [y = move(x)] { return y; }; };
    };
    return StartedRowExchange{start(exchange.apply), start(exchange.adjoint)};
  };
  std::int64_t rows = total(exchange.sent);
  check({"exchange_under_way", {{rows, 2}, {rows, 2}}, [&](Tape& tape, Inputs in) {
           ExchangeUnderWay a = begin_exchange(tape, in[0], started(exchange.there()));
           ExchangeUnderWay b = begin_exchange(tape, in[1], started(exchange.there()));
           Variable x = unary(tape, UnaryOp::softplus, finish_exchange(tape, a));
           return mul(tape, x, finish_exchange(tape, b));
         }});
}

// An expert a rank. The directions include the last rank's inputs alone, where the others have no
// tangent of their own and still must take part in the messages.
TEST_F(Collectives, ExpertsBehindAnExchangeMatchCentralDifferences) {
  std::int64_t rows = total(exchange.sent);
  check({"experts", {{rows, 2}, {3, 2}, {3}, {rows, 3}}, [this](Tape& tape, Inputs in) {
           Variable received = exchange_rows(tape, in[0], exchange.there());
           Variable h = unary(tape, UnaryOp::softplus, linear(tape, received, in[1], in[2]));
           Variable returned = exchange_rows(tape, h, exchange.back());
           return mul(tape, returned, softmax(tape, in[3]));
         }});
}

TEST_F(Collectives, BatchNormMatchesCentralDifferences) {
  std::int64_t rows = world().rank().value == 1 ? 0 : 2 + world().rank().value;
  Shape image = {rows, 2, 1, 3};
  auto forward = [this](Tape& tape, Inputs in) {
    // Scaled so that no sum comes near the kink of ReLU.
    Variable gamma = scale(tape, in[1], 0.1), beta = scale(tape, in[2], 0.2),
             residual = scale(tape, in[3], 3.0);
    return batch_norm_train(tape, {in[0], gamma, beta, &residual},
                            {.eps = 1e-3, .activation = Activation::relu}, reducer,
                            batch_statistics(backend, in[0].value(), 1e-3, reducer));
  };
  check({.name = "batch_norm_train",
         .shapes = {image, {3}, {3}, image},
         .forward = forward,
         .replicated = {1, 2}});
}

TEST_F(Collectives, BatchNormStatisticsAreThoseOfAllRanks) {
  int rank = world().rank().value;
  // Rank r holds r rows of the number r + 1.
  BatchStatistics statistics =
      batch_statistics(backend, backend.full({rank, 1}, DType::f64, rank + 1.0), 1e-5, reducer);
  double count = 0, sum = 0, squares = 0;
  for (int r = 0; r < world().size(); ++r) {
    count += r;
    sum += r * (r + 1.0);
    squares += r * (r + 1.0) * (r + 1.0);
  }
  double mean = count > 0 ? sum / count : 0;
  double variance = count > 0 ? squares / count - mean * mean : 0;
  EXPECT_EQ(to_block(backend, statistics.count)[0], count);
  EXPECT_NEAR(to_block(backend, statistics.moments.mean)[0], mean, 1e-14);
  EXPECT_NEAR(to_block(backend, statistics.variance)[0], variance, 1e-14);
}

}  // namespace
}  // namespace switchyard::test
