#include "train/agreement.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

// "3 message"; empty where the task succeeds.
std::string failure_of(const std::function<void()>& task) {
  try {
    task();
    return {};
  } catch (const Error& error) {
    return fmt::format("{} {}", static_cast<int>(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    return fmt::format(
        "{} out of host memory; use fewer ranks on this host, a machine with more "
        "memory, or a smaller data set or model",
        static_cast<int>(ExitCode::run_failed));
  } catch (const std::exception& error) {
    return fmt::format("{} {}", static_cast<int>(ExitCode::run_failed), error.what());
  }
}

}  // namespace

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
