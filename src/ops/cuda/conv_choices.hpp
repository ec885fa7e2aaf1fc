#pragma once
// Which engines were chosen for convolutions, kept in a file from launch to launch.
//
// Choices rest on times, which differ from launch to launch, and engines differ in the last bits of
// their sums. With a file that all ranks of a host share, every rank and every later launch takes
// what the first one chose, and runs repeat to the bit.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace switchyard {

/// The file has a line "key<tab>engine" for each choice; of equal keys the first counts. A line
/// that a crash cut short counts for nothing.
class ConvChoices {
 public:
  /// `file` need not exist. An empty name: choices are kept as long as this object lives.
  explicit ConvChoices(std::filesystem::path file);

  std::optional<std::string> find(const std::string& key) const;
  /// Puts `engine` on record, unless another rank was first; gives what is on record then. A file
  /// that cannot be written is an Error. Neither text has tabs or line ends.
  std::string settle(const std::string& key, const std::string& engine);

 private:
  std::filesystem::path file_;
  std::map<std::string, std::string> known_;
};

}  // namespace switchyard
