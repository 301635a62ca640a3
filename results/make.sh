#!/usr/bin/env bash
# Makes the tables of this folder. Usage: results/make.sh BENCHMARKS [STEP...]
#   BENCHMARKS   the folder with nb201.csv and cifar10-subset.bin; no part of the project
#   STEP         fast, shared, slow or bench; all of them where none is named
# Every step can be interrupted and called again: it goes on from the rows it has. Runs use all processors.
set -euo pipefail
benchmarks=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
zeroth=$(realpath "${ZEROTH:-build/zeroth}")
[[ $# -gt 0 ]] || set -- fast shared slow bench
work=results/work
mkdir -p "$work"
ln -sfn "$benchmarks" "$work/benchmarks"
cd "$work"

# What the tables hold: grasp and ntk_cond cost more than all the others together and are measured on fewer strings.
cheap=l2_norm,grad_norm,snip,plain,fisher,synflow,logsynflow,jacob_cov,nwot,nwot_bw,linear_regions,linear_regions_full,zico
slow=grasp,ntk_cond

# eval SCORES NAME TARGET [options]: the table of correlations with an accuracy of the benchmark
eval_against() {
  "$zeroth" eval "$1" --benchmark benchmarks/nb201.csv --target "$3" --out "../$2.csv" "${@:4}" > "../$2.txt"
}

fast() {  # the whole space on the shrunk network, equal functions once
  "$zeroth" rank --space nasbench201 --all --seed 1 --proxies "$cheap,$slow" --fidelity fast --out fast.csv --resume --top 0
  gzip -9 -n -c fast.csv > ../nasbench201_fast_scores.csv.gz
  for data in cifar10 cifar100 imagenet16_120; do
    eval_against fast.csv "nasbench201_fast_$data" "${data}_test_acc" --bootstrap 400
    eval_against fast.csv "nasbench201_fast_${data}_functions" "${data}_test_acc" --bootstrap 400 --unique
  done
  "$zeroth" rank --space nasbench201 --all --seed 1 --out default.csv --resume --top 10 > ../nasbench201_fast_top10.txt
  for data in cifar10 cifar100 imagenet16_120; do
    eval_against default.ranked.csv "nasbench201_default_$data" "${data}_test_acc" --bootstrap 400
  done
}

shared() {  # 3,000 strings as written, the benchmark's own network, real images
  "$zeroth" rank --space nasbench201 --sample 3000 --seed 1 --fidelity shared --repeats 3 \
    --input cifar10:benchmarks/cifar10-subset.bin --out shared.csv --resume --top 0 \
    --proxies "$cheap"
  gzip -9 -n -c shared.csv > ../nasbench201_shared_scores.csv.gz
  eval_against shared.csv nasbench201_shared_cifar10 cifar10_test_acc
  eval_against shared.csv nasbench201_shared_cifar10_functions cifar10_test_acc --unique
}

slow() {  # the two proxies that cost more than all others together, on 200 strings
  "$zeroth" rank --space nasbench201 --sample 200 --seed 1 --fidelity shared \
    --input cifar10:benchmarks/cifar10-subset.bin --out slow.csv --resume --top 0 --proxies "$slow"
  gzip -9 -n -c slow.csv > ../nasbench201_slow_scores.csv.gz
  eval_against slow.csv nasbench201_slow_cifar10 cifar10_test_acc
}

bench() {
  "$zeroth" bench > ../bench_shared.txt
  "$zeroth" bench --fidelity fast --architectures 16 > ../bench_fast.txt
}

for step in "$@"; do
  declare -F "$step" > /dev/null || { echo "make.sh: unknown step $step; known: fast shared slow bench" >&2; exit 2; }
  "$step"
done
