#pragma once
// Reading whole files, with errors that say what the user should do.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace switchyard {

/// Advice for a data set whose files are not as they should be.
std::string fetch_again(const std::string& name, const std::filesystem::path& folder);

/// All bytes of `file`; a name ending in .gz is decompressed. A missing, unreadable or corrupt
/// file is an Error (bad_data) that ends with `advice`.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file, const std::string& advice);

/// The lines of a text file, without line ends and empty lines.
std::vector<std::string> read_lines(const std::filesystem::path& file, const std::string& advice);

/// Requires size == expected. `layout` explains the expectation ("10000 records of 3073 bytes").
void require_size(const std::filesystem::path& file, std::size_t size, std::size_t expected,
                  const std::string& layout, const std::string& advice);

/// Requires 0 <= label < classes; `offset` is the label's byte in the file.
void require_label(const std::filesystem::path& file, int label, int classes, std::size_t offset,
                   const std::string& advice);

}  // namespace switchyard
