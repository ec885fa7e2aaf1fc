// Groups for device tensors against the host's group on the same numbers.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "comm/cuda/device_group.hpp"
#include "comm/rank_data.hpp"
#include "comm/two_level.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using Rows = std::vector<std::int64_t>;

int me() {
  return world().rank().value;
}
int size() {
  return world().size();
}
std::int64_t sum(const Rows& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
}

// Uneven, some none; rank 1 sends nothing.
std::int64_t rows_between(int from, int to) {
  return from == 1 ? 0 : (3 * from + 2 * to) % 5;
}
Rows sent() {
  Rows rows;
  for (int to = 0; to < size(); ++to) rows.push_back(rows_between(me(), to));
  return rows;
}
Rows received() {
  Rows rows;
  for (int from = 0; from < size(); ++from) rows.push_back(rows_between(from, me()));
  return rows;
}
Rows shares() {
  Rows rows;
  for (int r = 0; r < size(); ++r) rows.push_back(r == 1 ? 0 : 2 * r + 3);
  return rows;
}

// tensor_of() for bf16 too.
template <class T>
Tensor numbers(int tag, Shape shape) {
  if constexpr (!std::is_same_v<T, BFloat16>) {
    return tensor_of<T>(me(), tag, std::move(shape));
  } else {
    Tensor x(allocator(), std::move(shape), DType::bf16);
    for (std::int64_t i = 0; i < x.numel(); ++i)
      x.data<BFloat16>()[i] = BFloat16(static_cast<float>(number_of(me(), tag, i)));
    return x;
  }
}

Tensor on_host(Shape shape, DType dtype) {
  return Tensor(allocator(), std::move(shape), dtype);
}
Tensor on_device(Shape shape, DType dtype) {
  return Tensor(device().allocator(), std::move(shape), dtype);
}

template <class T>
class DeviceGroup : public testing::Test {
 protected:
  std::unique_ptr<Communicator> group = make_device_group();
};
using Types = testing::Types<float, double, BFloat16, std::int64_t>;
TYPED_TEST_SUITE(DeviceGroup, Types);

TYPED_TEST(DeviceGroup, MovesRowsAsTheHostDoes) {
  const DType dtype = dtype_of<TypeParam>();
  const Tensor x = numbers<TypeParam>(0, {sum(sent()), 2, 3});
  Tensor expected = on_host({sum(received()), 2, 3}, dtype);
  Tensor y = on_device({sum(received()), 2, 3}, dtype);
  world().all_to_all_rows(x, sent(), expected, received());
  this->group->all_to_all_rows(to_device(x), sent(), y, received());
  expect_same(to_host(y), expected);
}

TYPED_TEST(DeviceGroup, GathersAsTheHostDoes) {
  const DType dtype = dtype_of<TypeParam>();
  const Tensor mine = numbers<TypeParam>(1, {shares()[me()], 5});
  Tensor expected = on_host({sum(shares()), 5}, dtype), all = on_device({sum(shares()), 5}, dtype);
  world().all_gather_rows(mine, expected, shares());
  this->group->all_gather_rows(to_device(mine), all, shares());
  expect_same(to_host(all), expected);
}

// In float, as the sum is rounded once there and after every rank on the host.
double value(const Tensor& x, std::int64_t i) {
  switch (x.dtype()) {
    case DType::f32:
      return x.data<float>()[i];
    case DType::f64:
      return x.data<double>()[i];
    case DType::bf16:
      return static_cast<float>(x.data<BFloat16>()[i]);
    default:
      return static_cast<double>(x.data<std::int64_t>()[i]);
  }
}
void expect_near(const Tensor& a, const Tensor& b) {
  const double tolerance = a.dtype() == DType::f64 ? 1e-14 : a.dtype() == DType::f32 ? 1e-6 : 0.04;
  ASSERT_EQ(a.shape(), b.shape());
  for (std::int64_t i = 0; i < a.numel(); ++i)
    EXPECT_NEAR(value(a, i), value(b, i), a.dtype() == DType::i64 ? 0 : 4 * tolerance) << i;
}

TYPED_TEST(DeviceGroup, ScattersSumsInRankOrder) {
  const DType dtype = dtype_of<TypeParam>();
  const Tensor all = numbers<TypeParam>(2, {sum(shares()), 4});
  Tensor expected = on_host({shares()[me()], 4}, dtype), mine = on_device(expected.shape(), dtype);
  world().reduce_scatter_rows(all, expected, shares());
  this->group->reduce_scatter_rows(to_device(all), mine, shares());
  if (dtype == DType::bf16) {
    expect_near(to_host(mine), expected);
  } else {
    expect_same(to_host(mine), expected);
  }
}

TYPED_TEST(DeviceGroup, AddsAsTheHostDoes) {
  for (std::int64_t n : {0, 1, 7, 3000}) {
    Tensor expected = numbers<TypeParam>(3, {n});
    Tensor x = to_device(expected);
    world().all_reduce_sum(expected);
    this->group->all_reduce_sum(x);
    expect_near(to_host(x), expected);
  }
}

TYPED_TEST(DeviceGroup, BroadcastsFromEveryRoot) {
  for (int root = 0; root < size(); ++root) {
    for (std::int64_t n : {0, 1, 5000}) {
      Tensor expected = numbers<TypeParam>(4, {n});
      Tensor x = to_device(expected);
      world().broadcast(expected, Rank{root});
      this->group->broadcast(x, Rank{root});
      expect_same(to_host(x), expected);
    }
  }
}

class DeviceGroups : public testing::Test {
 protected:
  std::unique_ptr<Communicator> group = make_device_group();
};

TEST_F(DeviceGroups, FinishStartedExchangesInAnyOrder) {
  constexpr int kEach = 3;
  std::vector<Tensor> sums, rows;
  std::vector<std::unique_ptr<Request>> requests;
  for (int i = 0; i < kEach; ++i) {
    sums.push_back(to_device(numbers<double>(10 + i, {1 + 900 * i})));
    requests.push_back(group->start_all_reduce_sum(sums.back()));
    rows.push_back(on_device({sum(received()), 50}, DType::f32));
    requests.push_back(group->start_all_to_all_rows(
        to_device(numbers<float>(20 + i, {sum(sent()), 50})), sent(), rows.back(), received()));
  }
  group->barrier();
  // Each rank begins at another request.
  for (int i = 0; i < 2 * kEach; ++i) requests[(2 * me() + 2 * kEach - i) % (2 * kEach)]->wait();
  for (int i = 0; i < kEach; ++i) {
    Tensor total = numbers<double>(10 + i, {1 + 900 * i});
    world().all_reduce_sum(total);
    expect_near(to_host(sums[i]), total);
    Tensor arrived = on_host(rows[i].shape(), DType::f32);
    world().all_to_all_rows(numbers<float>(20 + i, {sum(sent()), 50}), sent(), arrived, received());
    expect_same(to_host(rows[i]), arrived);
  }
}

TEST_F(DeviceGroups, CompleteByTestingAlone) {
  Tensor x = to_device(numbers<double>(30, {100}));
  const auto request = group->start_all_reduce_sum(x);
  while (!request->test()) group->progress();
  EXPECT_TRUE(request->test());
  Tensor expected = numbers<double>(30, {100});
  world().all_reduce_sum(expected);
  expect_near(to_host(x), expected);
}

// What runs on the device's stream after a wait sees what arrived, and memory that a started
// exchange reads is not given to others before.
TEST_F(DeviceGroups, KeepWhatAnExchangeReads) {
  Tensor y = on_device({size()}, DType::f64);
  const Rows one(size(), 1);
  std::unique_ptr<Request> request;
  {
    const Tensor x = to_device(numbers<double>(31, {size()}));
    request = group->start_all_to_all_rows(x, one, y, one);
  }
  to_device(numbers<double>(32, {size()}));  // would take x's place
  request->wait();
  Tensor expected = on_host({size()}, DType::f64);
  world().all_to_all_rows(numbers<double>(31, {size()}), one, expected, one);
  expect_same(to_host(y), expected);
}

TEST_F(DeviceGroups, SplitIntoGroupsThatExchangeAmongThemselves) {
  for (int ways : {2, size()}) {
    const auto part = group->split(me() % ways, "part");
    const auto host_part = world().split(me() % ways, "host part");
    ASSERT_EQ(part->size(), host_part->size());
    Tensor expected = numbers<double>(40, {9});
    Tensor x = to_device(expected);
    const Rows own(static_cast<std::size_t>(part->size()), 1);
    host_part->all_reduce_sum(expected);
    part->all_reduce_sum(x);
    expect_near(to_host(x), expected);
    Tensor all = on_device({part->size(), 2}, DType::f64);
    Tensor all_expected = on_host({part->size(), 2}, DType::f64);
    part->all_gather_rows(to_device(numbers<double>(41, {1, 2})), all, own);
    host_part->all_gather_rows(numbers<double>(41, {1, 2}), all_expected, own);
    expect_same(to_host(all), all_expected);
  }
}

TEST_F(DeviceGroups, MoveRowsInTwoLevels) {
  const auto by_levels = make_two_level_communicator(
      *group, me() / 2, device().allocator(),
      [](const Tensor& from, Tensor& to) { copy_tensor(device(), from, to); });
  const Tensor x = numbers<float>(45, {sum(sent()), 3});
  Tensor expected = on_host({sum(received()), 3}, DType::f32);
  Tensor y = on_device({sum(received()), 3}, DType::f32);
  world().all_to_all_rows(x, sent(), expected, received());
  by_levels->start_all_to_all_rows(to_device(x), sent(), y, received())->wait();
  expect_same(to_host(y), expected);
  Tensor host = on_host({sum(received()), 3}, DType::f32);
  by_levels->all_to_all_rows(x, sent(), host, received());
  expect_same(host, expected);
}

TEST_F(DeviceGroups, LetRequestsOutliveThem) {
  auto part = group->split(0, "short-lived");
  Tensor x = to_device(numbers<double>(42, {50}));
  const auto request = part->start_all_reduce_sum(x);
  part.reset();
  request->wait();
  Tensor expected = numbers<double>(42, {50});
  world().all_reduce_sum(expected);
  expect_near(to_host(x), expected);
}

TEST_F(DeviceGroups, HandHostTensorsCountsAndTextOnInOrder) {
  Tensor x = to_device(numbers<double>(50, {4}));
  const auto request = group->start_all_reduce_sum(x);
  Tensor host = on_host({1}, DType::i64);
  host.data<std::int64_t>()[0] = 1;
  group->all_reduce_sum(host);
  EXPECT_EQ(host.data<std::int64_t>()[0], size());
  EXPECT_EQ(group->all_to_all_counts(Rows(size(), me()), 1).back(), size() - 1);
  std::string text = me() == 0 ? "from the first" : "";
  group->broadcast(text, Rank{0});
  EXPECT_EQ(text, "from the first");
  request->wait();
}

TEST_F(DeviceGroups, RefuseAnExchangeBetweenTwoMemories) {
  if (size() == 1) GTEST_SKIP() << "a rank alone may copy between them";
  const Rows none(size(), 0);
  Tensor host = on_host({0, 2}, DType::f32), own = on_device({0, 2}, DType::f32);
  EXPECT_THROW(group->all_to_all_rows(own, none, host, none), Error);
  EXPECT_THROW(group->all_gather_rows(host, own, none), Error);
}

}  // namespace
}  // namespace switchyard::test
