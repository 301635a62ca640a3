#!/usr/bin/env bash
# Installs what is missing, builds, and runs the whole test suite. Options go on to ctest: ./test.sh -R spaces
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

.ci/install build
.ci/build build
status=0
ctest --test-dir build --output-on-failure --no-tests=error -j "$(nproc)" "$@" || status=$?

# Catch2 passes a test that says that its benchmark table is absent; ctest shows no output of what passes.
awk '/^[0-9]+\/[0-9]+ Testing: / { name = substr($0, index($0, "Testing: ") + 9) }
     /^  skipped: / && !seen[name]++ { names = names "\n  " name; count++ }
     END { if (count) print count " of the tests that passed skipped what needs a benchmark table:" names }' \
    build/Testing/Temporary/LastTest.log
exit $status
