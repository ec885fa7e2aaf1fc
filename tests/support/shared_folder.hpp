#pragma once
// A fresh folder that all ranks of a test see, removed at its end.

#include <memory>
#include <string>

#include "support/mpi_main.hpp"
#include "support/temp_folder.hpp"

namespace switchyard::testing {

/// Made and removed collectively.
class SharedFolder {
 public:
  SharedFolder() {
    if (test::world().rank() == Rank{0}) own_ = std::make_unique<TempFolder>();
    std::string path = own_ ? own_->path().string() : std::string();
    test::world().broadcast(path, Rank{0});
    path_ = path;
  }
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;
  ~SharedFolder() { test::world().barrier(); }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::unique_ptr<TempFolder> own_;
  std::filesystem::path path_;
};

}  // namespace switchyard::testing
