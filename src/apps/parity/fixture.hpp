#pragma once
// One fixture file: reference tensors, and the metadata that says of which model.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "apps/parity/fixture_files.hpp"
#include "device/safetensors.hpp"
#include "model/load_state.hpp"

namespace switchyard::parity {

class Fixture {
 public:
  /// Reads the header; anything unreadable is an Error(bad_data).
  explicit Fixture(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  FixtureKind kind() const { return kind_of(path()); }
  /// "w4_dense.eval", for reports.
  std::string label() const { return path().stem(); }
  /// "w4_dense", the case it belongs to.
  std::string case_name() const;

  bool contains(std::string_view name) const { return file_.contains(name); }
  DType dtype(std::string_view name) const { return file_.dtype(name); }
  const Shape& shape(std::string_view name) const { return file_.shape(name); }
  /// In host memory, as stored.
  Tensor read(std::string_view name) const;
  /// All elements as doubles.
  std::vector<double> numbers(std::string_view name) const;
  /// What follows `prefix` in the names that start with it.
  std::vector<std::string> names_after(std::string_view prefix) const;

  /// A metadata entry; missing or malformed ones are an Error(bad_data) unless there is a fallback.
  const std::string& text(const std::string& key) const;
  std::vector<std::string> list(const std::string& key) const;
  double number(const std::string& key) const;
  double number(const std::string& key, double fallback) const;

 private:
  SafetensorsFile file_;
  std::shared_ptr<Allocator> host_;
};

/// A host tensor's elements as doubles.
std::vector<double> to_numbers(const Tensor& host);

}  // namespace switchyard::parity
