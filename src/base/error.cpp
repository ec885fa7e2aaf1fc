#include "base/error.hpp"

#include <utility>

namespace switchyard {

Error::Error(ExitCode code, std::string message, std::string expression, std::source_location place)
    : std::runtime_error(std::move(message)),
      code_(code),
      expression_(std::move(expression)),
      place_(place) {}

std::string Error::origin() const {
  std::string file = place_.file_name();
  if (auto root = file.rfind("src/"); root != std::string::npos) file.erase(0, root);
  return expression_.empty() ? fmt::format("{}:{}", file, place_.line())
                             : fmt::format("{}:{}: {}", file, place_.line(), expression_);
}

void fail(ExitCode code, std::string message, std::string expression, std::source_location place) {
  throw Error(code, std::move(message), std::move(expression), place);
}

}  // namespace switchyard
