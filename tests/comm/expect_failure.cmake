# cmake -DCOMMAND="a;b;c" -DSTATUS="n|m" -DTEXT=regex -P expect_failure.cmake
#
# Passes when the command ends with such an exit status and its output matches.
execute_process(COMMAND ${COMMAND} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text
                TIMEOUT 60)
message("${text}\nexit status ${status}")
if(NOT status MATCHES "^(${STATUS})$")
  message(FATAL_ERROR "the exit status is ${status} (expected ${STATUS})")
endif()
if(NOT text MATCHES "${TEXT}")
  message(FATAL_ERROR "the output does not match: ${TEXT}")
endif()
