#include "train/agreement.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <utility>

namespace switchyard {
namespace {

// "3 message"; empty where the task succeeds.
std::string failure_of(const std::function<void()>& task) {
  try {
    task();
    return {};
  } catch (const Error& error) {
    return fmt::format("{} {}", static_cast<int>(error.code()), error.what());
  } catch (const std::exception& error) {
    return fmt::format("{} {}", static_cast<int>(ExitCode::run_failed), error.what());
  }
}

}  // namespace

std::vector<std::string> gather_texts(Communicator& group, const std::string& mine) {
  std::vector<std::int64_t> own(static_cast<std::size_t>(group.size()),
                                static_cast<std::int64_t>(mine.size()));
  std::vector<std::int64_t> sizes = group.all_to_all_counts(own, 1);
  std::shared_ptr<Allocator> host = make_host_allocator();
  Tensor sent(*host, {own[0]}, DType::u8);
  Tensor all(*host, {std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0})}, DType::u8);
  if (!mine.empty()) std::memcpy(sent.raw(), mine.data(), mine.size());
  group.all_gather_rows(sent, all, sizes);

  std::vector<std::string> texts;
  const char* next = reinterpret_cast<const char*>(all.raw());
  for (std::int64_t size : sizes) {
    texts.emplace_back(next, static_cast<std::size_t>(size));
    next += size;
  }
  return texts;
}

void agree(Communicator& group, const std::function<void()>& task) {
  std::vector<std::string> failures = gather_texts(group, failure_of(task));
  auto first = std::find_if(failures.begin(), failures.end(),
                            [](const std::string& text) { return !text.empty(); });
  if (first == failures.end()) return;
  auto code = static_cast<ExitCode>(std::atoi(first->c_str()));
  std::string message = first->substr(first->find(' ') + 1);
  // Rank 0 speaks for all: only another's failure needs its name.
  if (first != failures.begin())
    message = fmt::format("rank {}: {}", first - failures.begin(), message);
  fail_everywhere(code, std::move(message));
}

}  // namespace switchyard
