// compare_metrics TOLERANCE FILE FILE: whether two metrics files tell of the same training.
//
// Losses must agree to the relative tolerance, counts (epochs, samples right, samples sent to each
// expert) exactly, and what follows from routing weights and gradients, which are small differences
// of large numbers, to 1000 x tolerance, relative or absolute. Exit status 1 and a line for each
// number that does not; "time" is not looked at.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;

std::vector<Json> read_lines(const char* path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(fmt::format("cannot read {}", path));
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(Json::parse(line));
    lines.back().erase("time");
  }
  if (lines.empty()) throw std::runtime_error(fmt::format("{} is empty", path));
  return lines;
}

bool is_count(const std::string& path) {
  return path.find("/load/") != path.npos || path.ends_with("/accuracy") ||
         path.find("/dead_experts") != path.npos || path == "/epoch" || path == "/step";
}

bool agree(const std::string& path, double a, double b, double tolerance) {
  if (is_count(path)) return a == b;
  double size = std::max(std::abs(a), std::abs(b));
  if (path.ends_with("/loss")) return std::abs(a - b) <= tolerance * size;
  return std::abs(a - b) <= 1000 * tolerance * std::max(1.0, size);
}

int count_differences(const Json& a, const Json& b, double tolerance, std::size_t line) {
  Json left = a.flatten(), right = b.flatten();
  int differences = 0;
  for (const auto& [path, value] : left.items()) {
    bool same =
        right.contains(path) && value.is_number() == right[path].is_number() &&
        (value.is_number() ? agree(path, value.get<double>(), right[path].get<double>(), tolerance)
                           : value == right[path]);
    if (same) continue;
    ++differences;
    fmt::print("line {}: {} is {} and {}\n", line + 1, path, value.dump(),
               right.contains(path) ? right[path].dump() : "missing");
  }
  for (const auto& [path, value] : right.items())
    if (!left.contains(path)) {
      ++differences;
      fmt::print("line {}: {} is missing and {}\n", line + 1, path, value.dump());
    }
  return differences;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("usage: compare_metrics TOLERANCE FILE FILE");
  double tolerance = std::stod(argv[1]);
  std::vector<Json> a = read_lines(argv[2]), b = read_lines(argv[3]);
  int differences = 0;
  if (a.size() != b.size()) {
    ++differences;
    fmt::print("{} and {} lines\n", a.size(), b.size());
  }
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    differences += count_differences(a[i], b[i], tolerance, i);
  return differences > 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "compare_metrics: {}\n", error.what());
  return 2;
}
