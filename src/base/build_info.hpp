#pragma once
// What this executable was built from and how, for run folders and --version.

#include <string>

namespace switchyard {

struct BuildInfo {
  std::string version;
  std::string git_hash;  ///< "unknown" outside a git checkout; "-dirty" where files had changed
  std::string compiler;
  std::string flags;
  std::string build_type;
};

BuildInfo build_info();

}  // namespace switchyard
