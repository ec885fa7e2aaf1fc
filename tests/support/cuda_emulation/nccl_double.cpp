// NCCL over MPI: ranks are processes of one mpirun, their devices emulated.
//
// As strict as the library is with communicators that do not block: a call is in progress until
// ncclCommGetAsyncError() has been asked twice, only then is its work on the stream, and another
// call before that is refused. NCCL_DOUBLE_FAULT makes it fail: "init" never finishes making a
// group, "launch" never puts work on the stream, "remote" reports a dead peer. A transfer whose
// peer does not come stays at the head of its stream, as a kernel would, until an abort.

#include <mpi.h>
#include <nccl.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cuda_emulation/handles.hpp"
#include "cuda_emulation/number_formats.hpp"
#include "cuda_emulation/settings.hpp"

namespace ce = cuda_emulation;

namespace {

using Bytes = std::vector<std::byte>;

/// What one rank sends to and receives from its peers at once. Device memory is touched at the
/// begin and at the end alone, when it is open: MPI reads and writes copies.
struct Transfer {
  struct Piece {
    int peer;  ///< rank in MPI_COMM_WORLD
    std::byte* place;
    std::size_t bytes;
  };
  int tag;
  std::shared_ptr<const bool> aborted;
  std::vector<Piece> sends = {};
  std::vector<Piece> receives = {};
  /// Instead of copying what was received to its place.
  std::function<void(const std::vector<Bytes>&)> finish = {};

  bool begun = false;
  std::vector<Bytes> sent = {};
  std::vector<Bytes> received = {};
  std::vector<MPI_Request> requests = {};

  void begin() {
    begun = true;
    requests.resize(receives.size() + sends.size(), MPI_REQUEST_NULL);
    MPI_Request* request = requests.data();
    for (const Piece& piece : receives) {
      Bytes& bytes = received.emplace_back(piece.bytes);
      MPI_Irecv(bytes.data(), static_cast<int>(piece.bytes), MPI_BYTE, piece.peer, tag,
                MPI_COMM_WORLD, request++);
    }
    for (const Piece& piece : sends) {
      Bytes& bytes = sent.emplace_back(piece.place, piece.place + piece.bytes);
      MPI_Isend(bytes.data(), static_cast<int>(piece.bytes), MPI_BYTE, piece.peer, tag,
                MPI_COMM_WORLD, request++);
    }
  }
  bool complete() {
    int done = 0;
    MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
    return done != 0;
  }
  void end() {
    if (finish) return finish(received);
    for (std::size_t i = 0; i < receives.size(); ++i)
      std::memcpy(receives[i].place, received[i].data(), received[i].size());
  }
};

/// One turn of a transfer; unless it is over it stays the stream's first work.
void take_turn(CUstream_st& stream, const std::shared_ptr<Transfer>& transfer) {
  if (!transfer->begun) transfer->begin();
  if (transfer->complete()) return transfer->end();
  if (*transfer->aborted) {
    new std::shared_ptr<Transfer>(transfer);  // MPI may still write to it
    return;
  }
  stream.stay([&stream, transfer] { take_turn(stream, transfer); });
}

struct Waiting {
  cudaStream_t stream;
  std::shared_ptr<Transfer> transfer;
};

thread_local std::string last_error;
thread_local int group_depth = 0;
thread_local std::vector<ncclComm_t> group_members;

ncclResult_t refuse(ncclResult_t result, std::string text) {
  last_error = std::move(text);
  return result;
}

}  // namespace

struct ncclComm {
  int rank;
  std::vector<int> world_ranks;  ///< of the members
  int tag;
  std::shared_ptr<bool> aborted = std::make_shared<bool>(false);
  int asks_left = 0;  ///< of ncclCommGetAsyncError() until what is in progress is done
  std::vector<Waiting> waiting = {};  ///< to be put on streams then
  bool grouped = false;

  ncclResult_t begin(std::vector<Waiting> work) {
    waiting = std::move(work);
    asks_left = 2;
    return ncclInProgress;
  }
  std::shared_ptr<Transfer> make_transfer() const {
    return std::make_shared<Transfer>(Transfer{.tag = tag, .aborted = aborted});
  }
};

namespace {

/// A call that is allowed now.
ncclResult_t check_call(ncclComm_t comm, int peer) {
  if (!comm) return refuse(ncclInvalidArgument, "no communicator");
  if (comm->asks_left > 0) return refuse(ncclInvalidUsage, "the last call is still in progress");
  if (peer < 0 || peer >= static_cast<int>(comm->world_ranks.size()))
    return refuse(ncclInvalidArgument, "no such peer");
  return ncclSuccess;
}

/// The one transfer of this group's sends and receives.
Transfer& grouped_transfer(ncclComm_t comm, cudaStream_t stream) {
  if (!std::exchange(comm->grouped, true)) {
    group_members.push_back(comm);
    comm->waiting = {{stream, comm->make_transfer()}};
  }
  return *comm->waiting.front().transfer;
}

std::size_t size_of(ncclDataType_t type) {
  return type == ncclUint8 ? 1 : type == ncclBfloat16 ? 2 : type == ncclFloat32 ? 4 : 8;
}

void add_integers(const std::vector<Bytes>& parts, std::byte* to) {
  for (std::size_t at = 0; at < parts[0].size(); at += sizeof(std::int64_t)) {
    std::int64_t sum = 0;
    for (const Bytes& part : parts) {
      std::int64_t x = 0;
      std::memcpy(&x, part.data() + at, sizeof(x));
      sum += x;
    }
    std::memcpy(to + at, &sum, sizeof(sum));
  }
}

void add_in_rank_order(const std::vector<Bytes>& parts, ncclDataType_t type, std::byte* to) {
  if (type == ncclInt64) return add_integers(parts, to);
  const cudaDataType_t format = type == ncclFloat32   ? CUDA_R_32F
                                : type == ncclFloat64 ? CUDA_R_64F
                                                      : CUDA_R_16BF;
  for (std::size_t at = 0; at < parts[0].size(); at += ce::size_of(format)) {
    double sum = 0;
    for (const Bytes& part : parts) sum += ce::load(part.data() + at, format);
    ce::store(to + at, format, sum);
  }
}

int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/// What an id says: who collects the members, and their tag. The next one is for the collection.
struct Meeting {
  int root;
  int tag;
};

std::vector<int> meet(const Meeting& meeting, int size, int rank) {
  std::vector<int> members(static_cast<std::size_t>(size));
  const int tag = meeting.tag + 1;
  if (rank != 0) {
    const int own[] = {rank, world_rank()};
    MPI_Send(own, 2, MPI_INT, meeting.root, tag, MPI_COMM_WORLD);
    MPI_Recv(members.data(), size, MPI_INT, meeting.root, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return members;
  }
  members[0] = meeting.root;
  for (int i = 1; i < size; ++i) {
    int other[2];
    MPI_Recv(other, 2, MPI_INT, MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    members[static_cast<std::size_t>(other[0])] = other[1];
  }
  for (int i = 1; i < size; ++i)
    MPI_Send(members.data(), size, MPI_INT, members[static_cast<std::size_t>(i)], tag,
             MPI_COMM_WORLD);
  return members;
}

bool has_fault(const char* fault) {
  return ce::text_setting("NCCL_DOUBLE_FAULT") == fault;
}

}  // namespace

extern "C" {

const char* ncclGetErrorString(ncclResult_t result) {
  return result == ncclRemoteError ? "remote process exited or there was a network error"
                                   : "an error of the double";
}

const char* ncclGetLastError(ncclComm_t) {
  return last_error.c_str();
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static int ids = 0;
  const int rank = world_rank();
  const Meeting meeting{rank, 2 * (1000 * rank + ids++)};
  std::memcpy(id->internal, &meeting, sizeof(meeting));
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  if (config->blocking != 0) return refuse(ncclInvalidArgument, "the double never blocks");
  Meeting meeting;
  std::memcpy(&meeting, id.internal, sizeof(meeting));
  std::vector<int> members;
  if (!has_fault("init")) members = meet(meeting, size, rank);
  *comm = new ncclComm{rank, std::move(members), meeting.tag};
  return (*comm)->begin({});
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  if (!comm) return refuse(ncclInvalidArgument, "no communicator");
  *state = ncclSuccess;
  if (has_fault("remote")) *state = refuse(ncclRemoteError, "the peer is gone");
  if (comm->asks_left == 0) return ncclSuccess;
  const bool never = has_fault("init") || has_fault("launch");
  if (never || --comm->asks_left > 0) {
    *state = ncclInProgress;
    return ncclSuccess;
  }
  for (Waiting& work : std::exchange(comm->waiting, {})) {
    CUstream_st* stream = ce::find_stream(work.stream);
    stream->append([stream, transfer = work.transfer] { take_turn(*stream, transfer); });
  }
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  if (ncclResult_t problem = check_call(comm, 0)) return problem;
  return comm->begin({});
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  *comm->aborted = true;
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
  ++group_depth;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  if (group_depth == 0) return refuse(ncclInvalidUsage, "no group was started");
  if (--group_depth > 0) return ncclSuccess;
  const std::vector<ncclComm_t> members = std::exchange(group_members, {});
  for (ncclComm_t comm : members) {
    comm->grouped = false;
    comm->begin(std::move(comm->waiting));
  }
  return members.empty() ? ncclSuccess : ncclInProgress;
}

ncclResult_t ncclSend(const void* from, size_t count, ncclDataType_t type, int peer,
                      ncclComm_t comm, cudaStream_t stream) {
  if (ncclResult_t problem = check_call(comm, peer)) return problem;
  if (group_depth == 0) return refuse(ncclInvalidUsage, "the double sends in groups alone");
  grouped_transfer(comm, stream)
      .sends.push_back({comm->world_ranks[static_cast<std::size_t>(peer)],
                        static_cast<std::byte*>(const_cast<void*>(from)), count * size_of(type)});
  return ncclSuccess;
}

ncclResult_t ncclRecv(void* to, size_t count, ncclDataType_t type, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  if (ncclResult_t problem = check_call(comm, peer)) return problem;
  if (group_depth == 0) return refuse(ncclInvalidUsage, "the double receives in groups alone");
  grouped_transfer(comm, stream)
      .receives.push_back({comm->world_ranks[static_cast<std::size_t>(peer)],
                           static_cast<std::byte*>(to), count * size_of(type)});
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void* from, void* to, size_t count, ncclDataType_t type,
                           ncclRedOp_t operation, ncclComm_t comm, cudaStream_t stream) {
  if (ncclResult_t problem = check_call(comm, 0)) return problem;
  if (operation != ncclSum) return refuse(ncclInvalidArgument, "the double only adds");
  auto transfer = comm->make_transfer();
  for (int peer : comm->world_ranks) {
    const std::size_t bytes = count * size_of(type);
    transfer->sends.push_back({peer, static_cast<std::byte*>(const_cast<void*>(from)), bytes});
    transfer->receives.push_back({peer, nullptr, bytes});
  }
  transfer->finish = [type, to](const std::vector<Bytes>& parts) {
    add_in_rank_order(parts, type, static_cast<std::byte*>(to));
  };
  return comm->begin({{stream, transfer}});
}

ncclResult_t ncclBroadcast(const void* from, void* to, size_t count, ncclDataType_t type, int root,
                           ncclComm_t comm, cudaStream_t stream) {
  if (ncclResult_t problem = check_call(comm, root)) return problem;
  if (from != to) return refuse(ncclInvalidArgument, "the double broadcasts in place");
  auto transfer = comm->make_transfer();
  for (int r = 0; r < static_cast<int>(comm->world_ranks.size()); ++r) {
    if (r == root) continue;
    const int peer = comm->world_ranks[static_cast<std::size_t>(r)];
    const int sender = comm->world_ranks[static_cast<std::size_t>(root)];
    auto& pieces = comm->rank == root ? transfer->sends : transfer->receives;
    if (comm->rank == root || comm->rank == r)
      pieces.push_back(
          {comm->rank == root ? peer : sender, static_cast<std::byte*>(to), count * size_of(type)});
  }
  return comm->begin({{stream, transfer}});
}

}  // extern "C"
