#pragma once
// What an Error says, for tests of bad paths.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/error.hpp"

namespace switchyard::testing {

/// Runs `f`, which must throw an Error of `code`; gives its message, "" where it did not throw.
template <class F>
std::string error_text(ExitCode code, F&& f) {
  try {
    std::forward<F>(f)();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}

/// For EXPECT_TRUE: `part` occurs in `text`.
inline ::testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << '"' << part << "\" is not in \"" << text << '"';
}

}  // namespace switchyard::testing
