#include "comm/gather_texts.hpp"

#include <cstring>
#include <numeric>

namespace switchyard {

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

}  // namespace switchyard
