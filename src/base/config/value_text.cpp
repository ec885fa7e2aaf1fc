#include "base/config/value_text.hpp"

namespace switchyard {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t";
  std::size_t begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

}  // namespace switchyard
