#include "comm/mpi_communicator.hpp"

#include <algorithm>
#include <utility>

#include "comm/exchange_checks.hpp"
#include "comm/tensor_sizes.hpp"

namespace switchyard {
namespace {

/// Starts `operation(pointer, count, communicator, request)` on pieces of at most 1 GiB: Open MPI
/// 4's libnbc multiplies counts and sizes as ints.
template <class Operation>
void start_in_pieces(MpiExchange& exchange, std::byte* data, std::int64_t count,
                     std::int64_t element_size, const Operation& operation) {
  const std::int64_t most = (std::int64_t{1} << 30) / element_size;
  std::int64_t begin = 0;
  do {
    const std::int64_t piece = std::min(most, count - begin);
    exchange.start([&](MPI_Comm comm, MPI_Request* request) {
      return operation(data + begin * element_size, static_cast<int>(piece), comm, request);
    });
    begin += piece;
  } while (begin < count);
}

/// What an all-to-all of rows under way reads and writes.
struct MovedRows {
  MovedRows(Tensor send, Counts send_rows, Tensor receive, Counts receive_rows, Rank self,
            Allocator& scratch)
      : send(std::move(send)),
        receive(std::move(receive)),
        row(this->send),
        send_counts(to_mpi_counts(send_rows)),
        send_offsets(to_mpi_offsets(send_rows)),
        receive_counts(to_mpi_counts(receive_rows)),
        receive_offsets(to_mpi_offsets(receive_rows)) {
    if (this->send.dim(0) == 0 && this->receive.dim(0) == 0) send_to_self(self, scratch);
  }

  Tensor send, receive;
  RowType row;
  std::vector<int> send_counts, send_offsets, receive_counts, receive_offsets;

 private:
  // Open MPI's libnbc leaves a call that moves nothing on a rank out of this rank's count of calls,
  // and what comes later then meets no partner.
  void send_to_self(Rank self, Allocator& scratch) {
    Shape one = send.shape();
    one[0] = 1;
    send = Tensor(scratch, one, send.dtype());
    receive = Tensor(scratch, one, send.dtype());
    const auto place = static_cast<std::size_t>(self.value);
    send_counts[place] = receive_counts[place] = 1;
  }
};

/// The same of an all-reduce.
struct Summed {
  explicit Summed(Tensor x) : x(std::move(x)), sum(this->x.dtype()) {}

  Tensor x;
  SumOperation sum;
};

BFloat16 plus(BFloat16 a, BFloat16 b) {
  return BFloat16(static_cast<float>(a) + static_cast<float>(b));
}
template <class T>
T plus(T a, T b) {
  return a + b;
}

template <class T>
void add_blocks(const Tensor& blocks, Tensor& sum) {
  T* to = sum.data<T>();
  const std::int64_t n = sum.numel();
  std::copy_n(blocks.data<T>(), n, to);
  for (const T* from = blocks.data<T>() + n; from < blocks.data<T>() + blocks.numel(); from += n) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = plus(to[i], from[i]);
  }
}

/// sum = the sum of the equal blocks along the first dimension, first to last.
void add_in_order(const Tensor& blocks, Tensor& sum) {
  if (sum.numel() == 0) return;
  if (sum.dtype() == DType::i64) return add_blocks<std::int64_t>(blocks, sum);
  if (sum.dtype() == DType::bf16) return add_blocks<BFloat16>(blocks, sum);
  dispatch_float(sum.dtype(), [&]<class T>() { add_blocks<T>(blocks, sum); });
}

}  // namespace

MpiCommunicator::MpiCommunicator(std::shared_ptr<MpiGroup> group)
    : group_(std::move(group)), scratch_(make_host_allocator()) {}

void MpiCommunicator::all_reduce_sum(Tensor& x) {
  start_all_reduce_sum(x)->wait();
}

std::unique_ptr<Request> MpiCommunicator::start_all_reduce_sum(Tensor x) {
  require_summable("all_reduce_sum", x);
  require_host_memory("all_reduce_sum", x);
  auto summed = std::make_shared<Summed>(x);
  auto exchange = std::make_unique<MpiExchange>(group_, "all_reduce_sum", size_text(x), summed);
  start_in_pieces(*exchange, x.raw(), x.numel(), static_cast<std::int64_t>(size_of(x.dtype())),
                  [&](void* data, int count, MPI_Comm comm, MPI_Request* request) {
                    return MPI_Iallreduce(MPI_IN_PLACE, data, count, mpi_type(x.dtype()),
                                          summed->sum.get(), comm, request);
                  });
  return exchange;
}

std::vector<std::int64_t> MpiCommunicator::all_to_all_counts(Counts counts, int per_rank) {
  require_per_rank("all_to_all_counts", counts, per_rank, size());
  std::vector<std::int64_t> received(counts.size());
  MpiExchange exchange(group_, "all_to_all_counts", fmt::format("{} a rank", per_rank));
  exchange.start([&](MPI_Comm comm, MPI_Request* request) {
    return MPI_Ialltoall(counts.data(), per_rank, MPI_INT64_T, received.data(), per_rank,
                         MPI_INT64_T, comm, request);
  });
  exchange.wait();
  return received;
}

void MpiCommunicator::all_to_all_rows(const Tensor& send, Counts send_rows, Tensor& receive,
                                      Counts receive_rows) {
  start_exchange("all_to_all_rows", send, send_rows, receive, receive_rows)->wait();
}

std::unique_ptr<Request> MpiCommunicator::start_all_to_all_rows(Tensor send, Counts send_rows,
                                                                Tensor receive,
                                                                Counts receive_rows) {
  return start_exchange("all_to_all_rows", std::move(send), send_rows, std::move(receive),
                        receive_rows);
}

std::unique_ptr<Request> MpiCommunicator::start_exchange(const char* operation, Tensor send,
                                                         Counts send_rows, Tensor receive,
                                                         Counts receive_rows) {
  require_exchange(operation, send, send_rows, receive, receive_rows, size());
  require_host_memory(operation, send);
  require_host_memory(operation, receive);
  auto moved =
      std::make_shared<MovedRows>(send, send_rows, receive, receive_rows, rank(), *scratch_);
  auto exchange = std::make_unique<MpiExchange>(
      group_, operation,
      fmt::format("rows to each rank {}, from each rank {}", fmt::join(send_rows, " "),
                  fmt::join(receive_rows, " ")),
      moved);
  exchange->start([&](MPI_Comm comm, MPI_Request* request) {
    return MPI_Ialltoallv(moved->send.raw(), moved->send_counts.data(), moved->send_offsets.data(),
                          moved->row.get(), moved->receive.raw(), moved->receive_counts.data(),
                          moved->receive_offsets.data(), moved->row.get(), comm, request);
  });
  return exchange;
}

void MpiCommunicator::all_gather_rows(const Tensor& mine, Tensor& all, Counts rows) {
  require_shares("all_gather_rows", mine, all, rows, size(), rank());
  require_host_memory("all_gather_rows", mine);
  require_host_memory("all_gather_rows", all);
  const RowType row(mine);
  const std::vector<int> counts = to_mpi_counts(rows);
  const std::vector<int> offsets = to_mpi_offsets(rows);
  MpiExchange exchange(group_, "all_gather_rows",
                       fmt::format("rows of each rank {}", fmt::join(rows, " ")));
  exchange.start([&](MPI_Comm comm, MPI_Request* request) {
    return MPI_Iallgatherv(mine.raw(), counts[rank().value], row.get(), all.raw(), counts.data(),
                           offsets.data(), row.get(), comm, request);
  });
  exchange.wait();
}

void MpiCommunicator::reduce_scatter_rows(const Tensor& all, Tensor& mine, Counts rows) {
  require_shares("reduce_scatter_rows", mine, all, rows, size(), rank());
  require_summable("reduce_scatter_rows", mine);
  require_host_memory("reduce_scatter_rows", mine);
  Shape shape = mine.shape();
  shape[0] *= size();
  Tensor blocks(*scratch_, std::move(shape), mine.dtype());
  const std::vector<std::int64_t> from_each(rows.size(), mine.dim(0));
  start_exchange("reduce_scatter_rows", all, rows, blocks, from_each)->wait();
  add_in_order(blocks, mine);
}

void MpiCommunicator::broadcast(Tensor& x, Rank root) {
  require_movable("broadcast", x);
  require_host_memory("broadcast", x);
  require_root("broadcast", root, size());
  MpiExchange exchange(group_, "broadcast",
                       fmt::format("{} from rank {} of the group", size_text(x), root.value));
  start_in_pieces(exchange, x.raw(), x.numel(), static_cast<std::int64_t>(size_of(x.dtype())),
                  [&](void* data, int count, MPI_Comm comm, MPI_Request* request) {
                    return MPI_Ibcast(data, count, mpi_type(x.dtype()), root.value, comm, request);
                  });
  exchange.wait();
}

void MpiCommunicator::broadcast(std::string& text, Rank root) {
  Tensor length(*scratch_, {1}, DType::i64);
  length.data<std::int64_t>()[0] = static_cast<std::int64_t>(text.size());
  broadcast(length, root);
  Tensor bytes(*scratch_, {length.data<std::int64_t>()[0]}, DType::u8);
  if (rank() == root) std::ranges::copy(text, bytes.data<std::uint8_t>());
  broadcast(bytes, root);
  text.assign(bytes.span<std::uint8_t>().begin(), bytes.span<std::uint8_t>().end());
}

void MpiCommunicator::barrier() {
  MpiExchange exchange(group_, "barrier", {});
  exchange.start([](MPI_Comm comm, MPI_Request* request) { return MPI_Ibarrier(comm, request); });
  exchange.wait();
}

std::unique_ptr<Communicator> MpiCommunicator::split(int color, std::string name) {
  require_color(color);
  // MPI_Comm_split blocks: this exchange, which has a deadline, shows that all ranks are here.
  const std::vector<std::int64_t> colors =
      all_to_all_counts(std::vector<std::int64_t>(group_->members.size(), color), 1);
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(group_->comm.get(), color, rank().value, &part),
            "split " + this->name());
  MpiComm owned(part);
  std::vector<int> members;
  Rank rank_in_part;
  for (int r = 0; r < size(); ++r) {
    if (r == rank().value) rank_in_part.value = static_cast<int>(members.size());
    if (colors[r] == color) members.push_back(group_->members[r]);
  }
  if (members.size() == 1) return make_self_communicator(std::move(name));
  MpiGroup group{std::move(owned),   rank_in_part,     std::move(name),
                 std::move(members), group_->deadline, group_->watch};
  return std::make_unique<MpiCommunicator>(std::make_shared<MpiGroup>(std::move(group)));
}

}  // namespace switchyard
