#include "apps/parity/fixture.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace switchyard::parity {
namespace {

template <class T>
std::vector<double> as_doubles(const Tensor& x) {
  auto elements = x.span<T>();
  return std::vector<double>(elements.begin(), elements.end());
}

}  // namespace

std::vector<double> to_numbers(const Tensor& host) {
  switch (host.dtype()) {
    case DType::f32:
      return as_doubles<float>(host);
    case DType::f64:
      return as_doubles<double>(host);
    case DType::i32:
      return as_doubles<std::int32_t>(host);
    case DType::i64:
      return as_doubles<std::int64_t>(host);
    case DType::u8:
      return as_doubles<std::uint8_t>(host);
    case DType::bf16:
      break;  // no reference has it
  }
  fail(ExitCode::run_failed, "reference numbers of type bf16 cannot be read");
}

Fixture::Fixture(const std::filesystem::path& path)
    : file_(SafetensorsFile::open(path)), host_(make_host_allocator()) {}

std::string Fixture::case_name() const {
  std::filesystem::path stem = path().stem();
  return kind() == FixtureKind::full ? stem : stem.stem();
}

Tensor Fixture::read(std::string_view name) const {
  SY_REQUIRE(contains(name), ExitCode::bad_data, "{} has no tensor {}; make the fixture again",
             path().string(), name);
  return file_.read(name, *host_);
}

std::vector<double> Fixture::numbers(std::string_view name) const {
  return to_numbers(read(name));
}

std::vector<std::string> Fixture::names_after(std::string_view prefix) const {
  std::vector<std::string> rest;
  for (auto& name : file_.names())
    if (name.starts_with(prefix)) rest.push_back(name.substr(prefix.size()));
  return rest;
}

const std::string& Fixture::text(const std::string& key) const {
  auto entry = file_.metadata().find(key);
  SY_REQUIRE(entry != file_.metadata().end(), ExitCode::bad_data,
             "the metadata of {} has no '{}'; make the fixture again", path().string(), key);
  return entry->second;
}

std::vector<std::string> Fixture::list(const std::string& key) const try {
  return nlohmann::json::parse(text(key)).get<std::vector<std::string>>();
} catch (const nlohmann::json::exception& e) {
  fail(ExitCode::bad_data, fmt::format("the metadata '{}' of {} is not a list of names ({})", key,
                                       path().string(), e.what()));
}

double Fixture::number(const std::string& key) const {
  const std::string& digits = text(key);
  double value = 0;
  auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  SY_REQUIRE(failure == std::errc() && end == digits.data() + digits.size(), ExitCode::bad_data,
             "the metadata '{}' of {} is not a number ('{}')", key, path().string(), digits);
  return value;
}

double Fixture::number(const std::string& key, double fallback) const {
  return file_.metadata().contains(key) ? number(key) : fallback;
}

}  // namespace switchyard::parity
