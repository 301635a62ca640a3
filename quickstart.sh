#!/usr/bin/env bash
# From a bare Debian machine to a ranked search space: installs what is missing, builds, and scores 1,000 random
# NAS-Bench-201 architectures. Options go on to `zeroth rank`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

.ci/install build
.ci/build build zeroth
command=(build/zeroth rank --space nasbench201 --sample 1000 --fidelity fast --seed 1 --top 10 --out scores.csv "$@")
echo "\$ ${command[*]}"
exec "${command[@]}"
