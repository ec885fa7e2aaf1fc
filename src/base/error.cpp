#include "base/error.hpp"

#include <utility>

namespace switchyard {

Error::Error(ExitCode code, std::string message, std::string expression, std::source_location place,
             bool agreed)
    : std::runtime_error(std::move(message)),
      code_(code),
      expression_(std::move(expression)),
      place_(place),
      agreed_(agreed) {}

std::string Error::origin() const {
  std::string file = place_.file_name();
  if (auto root = file.rfind("src/"); root != std::string::npos) file.erase(0, root);
  return expression_.empty() ? fmt::format("{}:{}", file, place_.line())
                             : fmt::format("{}:{}: {}", file, place_.line(), expression_);
}

void fail(ExitCode code, std::string message, std::string expression, std::source_location place) {
  throw Error(code, std::move(message), std::move(expression), place);
}

void fail_everywhere(ExitCode code, std::string message, std::source_location place) {
  throw Error(code, std::move(message), {}, place, true);
}

}  // namespace switchyard
