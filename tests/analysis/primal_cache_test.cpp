// What is kept between passes, kernel by kernel.

#include "analysis/primal_cache.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

constexpr std::int64_t size = 16;

// Counts calls of kernels by name.
class CountingBackend final : public InterceptingBackend<CountingBackend> {
 public:
  using InterceptingBackend::InterceptingBackend;
  std::map<std::string_view, int> calls;

 private:
  friend InterceptingBackend;
  template <class Method, class... Args>
  decltype(auto) intercept(std::string_view kernel, Method method, Args&&... args) {
    ++calls[kernel];
    return (inner().*method)(std::forward<Args>(args)...);
  }
};

class PrimalCacheTest : public ::testing::Test {
 protected:
  Tensor vector(double first) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < size; ++i) values.push_back(first + static_cast<double>(i));
    return ref->from_host(values.data(), {size}, DType::f64);
  }
  std::vector<double> numbers(const Tensor& x) {
    return {x.span<double>().begin(), x.span<double>().end()};
  }
  Tensor mul(const Tensor& a, const Tensor& b) { return cache.binary(BinaryOp::mul, a, b); }
  // Runs a pass that knows x and gives its result.
  Tensor pass(const std::function<Tensor()>& work) {
    Tensor result;
    cache.run(record, {{x}}, [&] { result = work(); });
    return result;
  }
  int count(std::string_view kernel) { return std::exchange(counting.calls[kernel], 0); }

  std::unique_ptr<Backend> ref = make_backend(BackendKind::ref);
  CountingBackend counting{*ref};
  PrimalCache cache{counting};
  PrimalRecord record;
  Tensor x = vector(1), v = vector(-3), u = vector(7);
  const std::size_t bytes = x.bytes();
};

TEST_F(PrimalCacheTest, OnlyWhatDirectionsAreJoinedWithIsKept) {
  auto work = [&](const Tensor& direction) {
    Tensor unread = cache.scale(x, 2), read = cache.scale(unread, 3);
    return mul(read, direction);
  };
  Tensor first = pass([&] { return work(v); });
  EXPECT_EQ(count("scale"), 2);
  EXPECT_EQ(record.kept_bytes(), bytes);
  EXPECT_EQ(numbers(pass([&] { return work(v); })), numbers(first));
  EXPECT_EQ(numbers(pass([&] { return work(u); })),
            numbers(ref->scale(ref->binary(BinaryOp::mul, x, u), 6)));
  EXPECT_EQ(count("scale"), 0);
  EXPECT_EQ(count("binary"), 3);
  EXPECT_EQ(record.kept_bytes(), bytes);
}

TEST_F(PrimalCacheTest, CallsAreToldApartByAttributesInputsAndViews) {
  auto work = [&] {
    Tensor sum = cache.binary(BinaryOp::add, cache.scale(x, 2), cache.scale(x, 5));
    Tensor ends = cache.binary(BinaryOp::sub, x.rows(0, 2), x.rows(size - 2, size));
    Tensor more = cache.binary(BinaryOp::add, cache.full({2}, DType::f64, 4), ends);
    return cache.binary(BinaryOp::add, mul(sum, v).rows(0, 2), more);
  };
  Tensor expected = work();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(numbers(pass(work)), numbers(expected));
}

TEST_F(PrimalCacheTest, SeveralResultsOfOneCallAreFoundTogether) {
  const std::int32_t chosen[] = {1, 0, 1, 1};
  auto work = [&] {
    Grouping sorted = cache.group_by(cache.from_host(chosen, {4, 1}, DType::i32), 2);
    return cache.gather_rows(v.reshape({size, 1}), sorted.row);
  };
  Tensor expected = work();
  count("group_by");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(numbers(pass(work)), numbers(expected));
  EXPECT_EQ(count("group_by"), 1);
  EXPECT_EQ(record.kept_bytes(), 4 * sizeof(std::int32_t));
}

TEST_F(PrimalCacheTest, BytesOfTheHostAreKnownByWhatTheyAre) {
  double factor = 2;
  auto work = [&] {
    return mul(cache.binary(BinaryOp::mul, x, cache.from_host(&factor, {1}, DType::f64)), v);
  };
  Tensor twice = pass(work);
  EXPECT_EQ(numbers(pass(work)), numbers(twice));
  EXPECT_EQ(count("binary"), 3);
  factor = 4;
  EXPECT_EQ(numbers(pass(work)), numbers(ref->scale(twice, 2)));
}

TEST_F(PrimalCacheTest, ValuesAreNotOverwritten) {
  auto work = [&] {
    Tensor sum = cache.scale(x, 2);
    Tensor before = sum;
    cache.accumulate(sum, x);
    cache.add_scaled(sum, v, 0.5);
    return cache.binary(BinaryOp::add, mul(sum, before), v);
  };
  Tensor first = pass(work);
  for (std::int64_t i = 0; i < size; ++i) {
    double at = x.data<double>()[i], along = v.data<double>()[i];
    EXPECT_EQ(first.data<double>()[i], (3 * at + 0.5 * along) * (2 * at) + along);
  }
  EXPECT_EQ(numbers(pass(work)), numbers(first));
}

TEST_F(PrimalCacheTest, DirectionsAreOverwrittenInPlace) {
  pass([&] {
    Tensor sum = mul(x, v);
    const std::byte* memory = sum.raw();
    cache.accumulate(sum, x);
    EXPECT_EQ(sum.raw(), memory);
    return sum;
  });
}

TEST_F(PrimalCacheTest, ExchangesOfValuesAreMadeOnce) {
  int exchanges = 0;
  auto work = [&] {
    Tensor sum;
    for (int i = 0; i < 2; ++i) {  // others' parts may differ where this rank's do not
      Tensor arrived = cache.exchange_values(x, [&] { return cache.scale(x, ++exchanges); });
      Tensor product = mul(arrived, v);
      cache.exchange_anew(arrived, [&] { ++exchanges; });
      sum = sum ? cache.binary(BinaryOp::add, sum, product) : product;
    }
    return sum;
  };
  Tensor first = pass(work);
  EXPECT_EQ(numbers(first), numbers(ref->scale(ref->binary(BinaryOp::mul, x, v), 1 + 3)));
  EXPECT_EQ(exchanges, 4);
  EXPECT_EQ(numbers(pass(work)), numbers(first));
  EXPECT_EQ(exchanges, 6);
}

TEST_F(PrimalCacheTest, TheHostReadsValuesInEveryPass) {
  double read[size];
  for (int i = 0; i < 2; ++i) {
    pass([&] {
      cache.to_host(cache.scale(x, 2), read);
      return Tensor();
    });
    EXPECT_EQ(read[3], 2 * x.data<double>()[3]);
  }
  EXPECT_EQ(count("scale"), 1);
  EXPECT_EQ(record.kept_bytes(), bytes);
}

TEST_F(PrimalCacheTest, APassOfAnotherKindIsRefused) {
  auto usual = [&] {
    cache.scale(x, 2);
    return v;
  };
  auto error = [&](const std::function<Tensor()>& other) {
    pass(usual);
    std::string text = testing::error_text(ExitCode::run_failed, [&] { pass(other); });
    EXPECT_FALSE(record.complete()) << "a pass that failed has left something";
    return text;
  };
  EXPECT_TRUE(testing::contains(error([&] { return mul(cache.scale(x, 2), v); }), "was not kept"));
  EXPECT_TRUE(testing::contains(error([&] { return cache.scale(cache.scale(x, 2), 3); }),
                                "scale reads a value"));
  EXPECT_TRUE(testing::contains(error([&] { return cache.exchange_values(x, [&] { return x; }); }),
                                "exchange"));
  pass(usual);
  EXPECT_TRUE(testing::contains(testing::error_text(ExitCode::run_failed,
                                                    [&] {
                                                      cache.run(record, {{x, v}}, [] {});
                                                    }),
                                "begins with 2"));
}

TEST_F(PrimalCacheTest, OutsideOfPassesNothingIsKept) {
  for (int i = 0; i < 2; ++i) mul(cache.scale(x, 2), v);
  EXPECT_EQ(count("scale"), 2);
  EXPECT_FALSE(cache.keeps_values());
}

}  // namespace
}  // namespace switchyard::test
