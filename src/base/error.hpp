#pragma once
// The one exception type of the project, and the checks that throw it.
//
// A message says what is wrong, why, and what to do: "problem (why); suggestion".

#include <fmt/format.h>

#include <source_location>
#include <stdexcept>
#include <string>

namespace switchyard {

/// Exit status of the program, as scripts and schedulers see it.
enum class ExitCode : int {
  done = 0,
  run_failed = 1,   ///< something broke while running
  bad_usage = 2,    ///< command line or configuration
  bad_data = 3,     ///< data set or checkpoint
  requeue_me = 75,  ///< stopped on request, after a checkpoint
};

/// What went wrong, and where in the source it was noticed.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, std::string message, std::string expression, std::source_location place,
        bool agreed = false);

  ExitCode code() const { return code_; }
  /// True where every rank of the launch has thrown the same: one voice is then enough.
  bool agreed() const { return agreed_; }
  /// The message alone, for the user.
  const char* what() const noexcept override { return std::runtime_error::what(); }
  /// "src/data/cifar.cpp:41: size == expected", for whoever debugs.
  std::string origin() const;

 private:
  ExitCode code_;
  std::string expression_;
  std::source_location place_;
  bool agreed_;
};

/// Throws an Error; `expression` is the check that failed, empty where there was none.
[[noreturn]] void fail(ExitCode code, std::string message, std::string expression = {},
                       std::source_location place = std::source_location::current());

/// Throws an Error that every rank of the launch throws alike.
[[noreturn]] void fail_everywhere(ExitCode code, std::string message,
                                  std::source_location place = std::source_location::current());

}  // namespace switchyard

/// Always-on check of something a user or another program controls:
///   SY_REQUIRE(size == expected, ExitCode::bad_data, "{} holds {} bytes (expected {}); ...", ...)
#define SY_REQUIRE(condition, code, ...)                                \
  do {                                                                  \
    if (!(condition)) [[unlikely]]                                      \
      ::switchyard::fail((code), fmt::format(__VA_ARGS__), #condition); \
  } while (false)

/// Debug-only check of an internal invariant.
#ifdef NDEBUG
#define SY_ASSERT(condition) static_cast<void>(0)
#else
#define SY_ASSERT(condition)                                                              \
  do {                                                                                    \
    if (!(condition)) [[unlikely]]                                                        \
      ::switchyard::fail(::switchyard::ExitCode::run_failed, "internal invariant broken", \
                         #condition);                                                     \
  } while (false)
#endif
