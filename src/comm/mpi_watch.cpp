#include "comm/mpi_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

namespace switchyard {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);

template <std::size_t N>
void copy_text(char (&to)[N], const std::string& from) {
  to[from.copy(to, N - 1)] = '\0';
}

int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int world_size() {
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

MPI_Comm duplicate_world() {
  MPI_Comm copy = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &copy), "duplicate the world communicator");
  return copy;
}

std::string call_text(std::string_view group, std::string_view operation, std::int64_t sequence,
                      std::string_view counts) {
  std::string text = fmt::format("{} #{} of {}", operation, sequence, group);
  if (!counts.empty()) text += fmt::format(" ({})", counts);
  return text;
}

}  // namespace

std::string MpiCall::text() const {
  return call_text(group, operation, sequence, counts);
}

MpiWatch::MpiWatch()
    : rank_(world_rank()), size_(world_size()), comm_(duplicate_world()), identities_(size_) {
  Identity own{};
  gethostname(own.host, sizeof(own.host) - 1);
  own.pid = getpid();
  check_mpi(MPI_Allgather(&own, sizeof(own), MPI_BYTE, identities_.data(), sizeof(own), MPI_BYTE,
                          comm_.get()),
            "gather the names of the hosts");
}

std::string MpiWatch::describe(int rank) const {
  return fmt::format("rank {} (host {}, pid {})", rank, identities_[rank].host,
                     identities_[rank].pid);
}

void MpiWatch::begin_wait(const MpiCall& call, std::int64_t started) {
  copy_text(status_.group, call.group);
  copy_text(status_.operation, call.operation);
  copy_text(status_.counts, call.counts);
  status_.sequence = call.sequence;
  status_.started = started;
  status_.waiting = true;
}

void MpiWatch::send(int to, bool query) {
  Letter& letter = outgoing_.emplace_back(status_, MPI_REQUEST_NULL);
  letter.status.query = query;
  check_mpi(
      MPI_Isend(&letter.status, sizeof(Status), MPI_BYTE, to, 0, comm_.get(), &letter.request),
      "tell another rank where this one waits");
}

void MpiWatch::answer() {
  outgoing_.remove_if([](Letter& letter) {
    int done = 0;
    check_mpi(MPI_Test(&letter.request, &done, MPI_STATUS_IGNORE), "send a status");
    return done != 0;
  });
  while (true) {
    int arrived = 0;
    MPI_Status from;
    check_mpi(MPI_Iprobe(MPI_ANY_SOURCE, 0, comm_.get(), &arrived, &from), "look for a status");
    if (!arrived) return;
    Status& status = heard_[from.MPI_SOURCE];
    check_mpi(MPI_Recv(&status, sizeof(Status), MPI_BYTE, from.MPI_SOURCE, 0, comm_.get(),
                       MPI_STATUS_IGNORE),
              "receive a status");
    if (status.query) {
      send(from.MPI_SOURCE, false);
    } else {
      answered_.insert(from.MPI_SOURCE);
    }
  }
}

bool MpiWatch::hear_from_all(std::span<const int> members) const {
  return std::ranges::all_of(
      members, [&](int member) { return member == rank_ || answered_.contains(member); });
}

std::string MpiWatch::absence(int rank) const {
  const auto found = heard_.find(rank);
  if (found == heard_.end()) {
    return describe(rank) + " has not answered: it is busy elsewhere, stopped or dead";
  }
  const Status& peer = found->second;
  const std::string call = call_text(peer.group, peer.operation, peer.sequence, peer.counts);
  if (peer.sequence == 0) return describe(rank) + " has not waited for anyone yet";
  if (!peer.waiting)
    return fmt::format("{} has left {} and waits for nobody", describe(rank), call);
  const bool same_group = std::strcmp(peer.group, status_.group) == 0;
  if (same_group && peer.sequence == status_.sequence) {
    if (std::strcmp(peer.operation, status_.operation) == 0) return {};
    return fmt::format("{} is in {}: the ranks disagree on the operation", describe(rank), call);
  }
  if (same_group && peer.sequence > status_.sequence) {
    return fmt::format("{} has gone on to {}", describe(rank), call);
  }
  if (same_group && peer.started >= status_.sequence) return {};
  return fmt::format("{} is in {}", describe(rank), call);
}

std::string MpiWatch::diagnose(std::span<const int> members) {
  answered_.clear();
  for (int peer = 0; peer < size_; ++peer) {
    if (peer != rank_) send(peer, true);
  }
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!hear_from_all(members) && std::chrono::steady_clock::now() < end) {
    answer();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::vector<std::string> absent;
  for (int member : members) {
    if (member == rank_) continue;
    if (std::string text = absence(member); !text.empty()) absent.push_back(std::move(text));
  }
  if (absent.empty()) return "all ranks are in this call: the network or their counts are at fault";
  return fmt::format("{}", fmt::join(absent, "; "));
}

}  // namespace switchyard
