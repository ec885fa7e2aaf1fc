#!/bin/sh
# with_gpu.sh PROBE COMMAND...: runs COMMAND where PROBE finds SWITCHYARD_TEST_DEVICES CUDA devices
# (1 by default); ends with the status of PROBE where it does not.
probe=$1
shift
"$probe" "${SWITCHYARD_TEST_DEVICES:-1}" && exec "$@"
