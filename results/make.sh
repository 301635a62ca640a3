#!/usr/bin/env bash
# Makes the tables of this folder. Usage: results/make.sh BENCHMARKS [STEP...]
#   BENCHMARKS   the folder with nb201.csv and cifar10-subset.bin; no part of the project
#   STEP         one of the list below; all of them where none is named
# Every step can be interrupted and called again: it goes on from the rows it has. Runs use all processors.
set -euo pipefail
export LC_ALL=C  # the order of files, everywhere
benchmarks=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
zeroth=$(realpath "${ZEROTH:-build/zeroth}")
steps=(fast select_default default written bench_each proxies readme shared slow slow_images sweep spaces default_spaces
       spaces_shared spaces_slow suite_zero speed zen default_weights held_out labels bench eval_speed search costs confirm
       confirm_seeds resnet summary)
[[ $# -gt 0 ]] || set -- "${steps[@]}"
work=results/work
mkdir -p "$work"
ln -sfn "$benchmarks" "$work/benchmarks"
cd "$work"

# Proxies of the shared and slow tables: grasp and ntk_cond cost more than all the others together there.
cheap=l2_norm,grad_norm,snip,plain,fisher,synflow,logsynflow,jacob_cov,nwot,nwot_bw,linear_regions,linear_regions_full,zico
slow=grasp,ntk_cond
accuracies="cifar10 cifar100 imagenet16_120"

# eval SCORES NAME TARGET [options]: the table of correlations with an accuracy of the benchmark
eval_against() {
  "$zeroth" eval "$1" --benchmark benchmarks/nb201.csv --target "$3" --out "../$2.csv" "${@:4}" > "../$2.txt"
}

fast() {  # the whole space on the shrunk network, every proxy, equal functions once; mean over three initialisations
  "$zeroth" rank --space nasbench201 --all --seed 1 --proxies all --fidelity fast --repeats 3 --out fast.csv --resume \
    --top 0
  gzip -9 -n -c fast.csv > ../nasbench201_fast_scores.csv.gz
  for data in $accuracies; do
    eval_against fast.csv "nasbench201_fast_$data" "${data}_test_acc" --bootstrap 400
    eval_against fast.csv "nasbench201_fast_${data}_functions" "${data}_test_acc" --bootstrap 400 --unique
  done
}

# The default set, on 500 functions that the tables of default() leave out, by scores of one initialisation, which is how
# it is used. Only what reads the function may join, so that equal functions rank equal: proxies of the canonical network,
# and its size.
select_default() {
  local columns
  "$zeroth" rank --space nasbench201 --all --seed 1 --proxies all --fidelity fast --out one_initialisation.csv --resume \
    --top 0
  columns=$("$zeroth" list proxies --long | awk '/^[a-z]/ { name = $1 } /^  fast  / || /^live_/ { print name }')
  columns=$(grep -xFf <(head -n 1 one_initialisation.csv | tr , '\n') <<< "$columns" | paste -sd,)
  "$zeroth" ensemble select one_initialisation.csv --space nasbench201 --benchmark benchmarks/nb201.csv --columns "$columns" \
    --target cifar10_test_acc,cifar100_test_acc,imagenet16_120_test_acc --sample 500 --seed 201 \
    --out ../default_selection_functions.txt > ../default_selection.txt
}

default() {  # how well the default set ranks the functions that it was not chosen on
  "$zeroth" rank --space nasbench201 --all --seed 1 --out default.csv --resume --top 10 > ../nasbench201_fast_top10.txt
  for data in $accuracies; do
    for unique in "" --unique; do
      eval_against default.ranked.csv "nasbench201_default_$data${unique/--unique/_functions}" "${data}_test_acc" \
        --except ../default_selection_functions.txt $unique
    done
  done
}

written() {  # every proxy of 3,000 networks as written, on the shrunk network
  "$zeroth" rank --space nasbench201 --sample 3000 --seed 1 --proxies all --graph as-written --out written.csv --resume --top 0
  for data in $accuracies; do
    eval_against written.csv "nasbench201_written_$data" "${data}_test_acc" --bootstrap 0
  done
}

bench_each() {  # what each proxy costs beside the default set, for an idle machine
  "$zeroth" bench --each --fidelity fast > ../bench_each.txt
}

# What `zeroth list proxies --long` says of each proxy: cost and correlations, from the tables above.
proxies() {
  {
    awk '/ beside the passes / { added = ""; for (i = 1; i < NF; ++i) if ($i == "more") added = $(i - 2)
                                print "bench," $NF "," $1 "," added }' ../bench_each.txt
    for view in fast written; do
      for data in $accuracies; do sed "s/^/$view $data,/" "../nasbench201_${view}_$data.csv"; done
    done
  } | awk -F, '
    $1 == "bench" { ms[$2] = $3; added[$2] = $4; next }
    $2 == "column" { next }
    { rho[$1, $2] = sprintf("%.4f", $6); if ($6 == "") rho[$1, $2] = ""
      if ($1 == "fast cifar10") { names[++n] = $2; if ($9 != "") lift[$2] = sprintf("%.4f", $9) } }
    END {
      print "proxy,ms,added_ms,canonical_cifar10,canonical_cifar100,canonical_imagenet16_120,written_cifar10," \
            "written_cifar100,written_imagenet16_120,canonical_cifar10_lift"
      for (i = 1; i <= n; ++i) {
        name = names[i]
        line = name "," ms[name] "," added[name]
        for (view = 1; view <= 2; ++view)
          for (data = 1; data <= 3; ++data)
            line = line "," rho[(view == 1 ? "fast " : "written ") \
                                (data == 1 ? "cifar10" : data == 2 ? "cifar100" : "imagenet16_120"), name]
        print line "," lift[name]
      }
    }' > ../proxies.csv
}

# The README's table of proxies, from a program built after the step before.
readme() {
  "$zeroth" list proxies --markdown |
    awk 'NR == FNR { table = table $0 "\n"; next }
         /^<!-- end of list proxies/ { printf "%s", table; inside = 0 }
         !inside { print }
         /^<!-- zeroth list proxies/ { inside = 1 }' - ../../README.md > readme.md
  cp readme.md ../../README.md
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

# What the images are worth to ntk_cond: the strings of slow() with 8 images, which other spaces have, instead of 64.
slow_images() {
  local input table
  for input in gaussian cifar10:benchmarks/cifar10-subset.bin; do
    table=slow_${input%%:*}_8.csv
    "$zeroth" rank --space nasbench201 --archs slow.csv --seed 1 --fidelity shared --input "$input" --batch 8 --out "$table" \
      --resume --top 0 --proxies ntk_cond >&2
    "$zeroth" eval "$table" --benchmark benchmarks/nb201.csv --target cifar10_test_acc --bootstrap 200 |
      grep -E '^(slow|column|ntk_cond)'
  done > ../nasbench201_slow_images.txt
}

# The other search spaces: SPACE TABLE TARGETS, and how many rows of the table are scored at fast and at shared fidelity.
transnas=class_object_test_top1,class_scene_test_top1,jigsaw_test_top1,room_layout_neg_loss,segmentsemantic_miou
transnas+=,normal_ssim,autoencoder_ssim
spaces_with_tables="
nasbench101 nb101.csv.gz cifar10_test_acc 1000 200 64
transnas101-micro transnas101_micro.csv $transnas 1000 200 64
transnas101-macro transnas101_macro.csv $transnas 1000 100 16
nasbench-macro nasbench_macro.csv cifar10_test_acc 1000 1000 64
darts darts_swap1000.csv cifar10_acc 500 200 64
darts darts_random214.csv cifar10_test_acc_final 214 214 64
accel-nasbench accel_nasbench_imagenet.csv imagenet_val_top1 500 200 64
autoformer vitbench_autoformer.csv c100_base_acc,flower_base_acc,chaoyang_base_acc,imagenet_super_acc 200 200 64
pit vitbench_pit.csv c100_base_acc,flower_base_acc,chaoyang_base_acc 100 100 64
bert flexibert_glue.csv glue 500 200 64"
# Columns that are no proxies.
structure="data_free live_params live_macs convs_1x1 convs_3x3 convs_other pools sums linears skips zeros log_paths"
structure+=" shortest_path longest_path width freerea_skip_span"

each_space() {  # calls "$@" space table targets fast_rows shared_rows images; only for $SPACE where that is set
  local space table targets fast_rows shared_rows images
  xargs -n 6 <<< "$spaces_with_tables" | while read -r space table targets fast_rows shared_rows images; do
    [[ ${SPACE:-$space} != "$space" ]] || "$@" "$space" "$table" "$targets" "$fast_rows" "$shared_rows" "$images" < /dev/null
  done
}

some_rows() {  # FILE COUNT: the header and about so many rows of a table, evenly spaced
  local rows
  rows=$(zcat -f "$1" | wc -l)
  zcat -f "$1" | awk -v step="$(((rows - 2) / $2 + 1))" 'NR == 1 || (NR - 2) % step == 0'
}

# score_space SPACE TABLE TARGETS ROWS NAME [rank options]: scores of some rows of a benchmark, and what they predict
score_space() {
  local name="$1_$(basename "${2%%.*}")_$5" target
  some_rows "benchmarks/$2" "$4" > "spaces/$name.archs.csv"
  "$zeroth" rank --space "$1" --archs "spaces/$name.archs.csv" --seed 1 --resume --top 0 --out "spaces/$name.csv" "${@:6}"
  gzip -9 -n -c "spaces/$name.csv" > "../spaces/${name}_scores.csv.gz"
  for target in ${3//,/ }; do
    "$zeroth" eval "spaces/$name.csv" --space "$1" --benchmark "benchmarks/$2" --target "$target" --bootstrap 200 \
      --out "../spaces/${name}_$target.csv" > "../spaces/${name}_$target.txt"
  done
}

# Architectures a second in every space: 100 random ones with all proxies at fast fidelity, by the manifest of the run.
# For an idle machine.
speed() {
  local space seconds machine
  mkdir -p spaces ../spaces
  for space in $("$zeroth" list spaces | cut -d' ' -f1); do
    "$zeroth" rank --space "$space" --sample 100 --seed 1 --proxies all --top 0 --quiet --out spaces/speed.csv >&2
    seconds=$(grep -o '"wall_seconds": [0-9.]*' spaces/speed.json | cut -d' ' -f2)
    machine=$(awk -F: '/"(cores|cpu)":/ { gsub(/^[ "]+|[ ",]+$/, "", $2); v[$1 ~ /cpu/] = $2 }
                       END { print v[0] "," v[1] }' spaces/speed.json)
    awk -v id="$space" -v s="$seconds" -v machine="$machine" \
      'BEGIN { printf "%s,100,%.1f,%.2f,%s\n", id, s, 100 / s, machine }'
  done > spaces/speed.new
  mv spaces/speed.new ../spaces/speed.csv
}

fast_of_space() { score_space "$1" "$2" "$3" "$4" fast --proxies all --repeats 3; }
shared_of_space() { score_space "$1" "$2" "$3" "$5" shared --fidelity shared --batch "$6" --proxies "$cheap"; }
slow_of_space() {
  local images=8
  [[ $1 != autoformer && $1 != transnas101-macro ]] || images=4
  score_space "$1" "$2" "$3" $(($5 < 200 ? $5 : 200)) slow --fidelity shared --batch $images --proxies "$slow"
}

spaces() {  # every space's benchmark at fast fidelity, mean over three initialisations
  mkdir -p spaces ../spaces
  each_space fast_of_space
  summary
}

# What the default set is worth on every space's benchmark: its mean log rank, one initialisation.
default_spaces() {
  mkdir -p spaces
  echo "space,benchmark,target,n,spearman,spearman_low,spearman_high,lift,lift_low,lift_high" > default_spaces.csv
  each_space default_of_space >> default_spaces.csv
  mv default_spaces.csv ../default_spaces.csv
}

default_of_space() {
  local name="$1_$(basename "${2%%.*}")_default" target
  some_rows "benchmarks/$2" "$4" > "spaces/$name.archs.csv"
  "$zeroth" rank --space "$1" --archs "spaces/$name.archs.csv" --seed 1 --resume --top 0 --out "spaces/$name.csv" >&2
  for target in ${3//,/ }; do
    "$zeroth" eval "spaces/$name.ranked.csv" --space "$1" --benchmark "benchmarks/$2" --target "$target" --bootstrap 400 \
      --out "spaces/$name.eval.csv" > /dev/null
    awk -F, -v of="$1,$(basename "${2%%.*}"),$target" '
      NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i }
      $1 == "log_rank" {
        printf "%s,%d", of, $at["n"]
        split("spearman spearman_low spearman_high lift lift_low lift_high", name, " ")
        for (i = 1; i <= 6; ++i) printf ",%.4f", $at[name[i]]
        print ""
      }' "spaces/$name.eval.csv"
  done
}

# The benchmarks' own networks, on rows of each table, with the cheap proxies: 1,000 rows where one takes under two seconds,
# 200 elsewhere, 100 of TransNAS macro, where one has 6 10^9 multiply-adds on average, 33 10^9 at most: with 64 images it
# took 2 to 20 minutes of a core, so 16 it is. Hours in all; SPACE=ID does one space.
spaces_shared() {
  mkdir -p spaces ../spaces
  each_space shared_of_space
  summary
}

# The two proxies that cost most, on the benchmarks' own networks: at most 200 rows, and 8 images (4 of AutoFormer and
# TransNAS macro, whose networks are the largest), because ntk_cond takes a backward over the minibatch for each of its
# images. On NAS-Bench-Macro 4, 8 and 16 images said the same (Spearman .799, .806 and .805 with the accuracy). SPACE=ID
# does one space.
spaces_slow() {
  mkdir -p spaces ../spaces
  each_space slow_of_space
  summary
}

# Our scores at shared fidelity against NAS-Bench-Suite-Zero's own of the same architectures: a row is a column of ours.
suite_zero() {
  local space scores published targets all=grad_norm,snip,plain,fisher,synflow,jacov,nwot,l2_norm
  while read -r space scores published targets; do
    echo "$space: Spearman of $scores with $published"
    "$zeroth" eval "../$scores" --space "$space" --benchmark "benchmarks/$published" --bootstrap 0 --target "$targets" \
      < /dev/null | sed -n '/^Spearman/,$p'
    echo
  done > suite_zero.new << EOF
nasbench201 nasbench201_shared_scores.csv.gz nb201_proxies_suitezero_cifar10.csv $all
transnas101-micro spaces/transnas101-micro_transnas101_micro_shared_scores.csv.gz transnas101_micro_proxies_suitezero_class_scene.csv $all
transnas101-macro spaces/transnas101-macro_transnas101_macro_shared_scores.csv.gz published_transnas101_macro_epe_synflow_fisher.csv.gz \
  class_scene_synflow,class_object_synflow,class_object_fisher
EOF
  mv suite_zero.new ../suite_zero.txt
}

summary() {  # README.md and summary.csv of this folder, of the tables that are here
  local table tables=()
  for table in ../nasbench201_{fast,shared,slow}_{cifar10,cifar100,imagenet16_120}.csv ../spaces/*_{fast,shared,slow}_*.csv; do
    [[ ! -f $table ]] || tables+=("$table")
  done
  {
    cat << 'EOF'
# Results

Spearman correlation of scores at initialisation with the accuracy, or other measure, of trained networks. Written by
`results/make.sh BENCHMARKS summary` from the tables beside it; `summary.csv` has every column of every task, the tables
have the rest: intervals, Kendall, lift over the data-free baseline, the top k. `SPACE_..._scores.csv.gz` are the scores. Accuracies
stay in the benchmarks' own files. Failed scores are at the bottom. What a column is, `zeroth list proxies --long` says.

*fast* is the shrunk network. *shared* is the benchmark's own, with 64 images (transnas101-macro 16). *slow* is that one too, for the
two proxies that cost most there, with 64 images on nasbench201, 4 on autoformer and transnas101-macro, and 8 elsewhere.

EOF
    awk -v structure="$structure" -v csv=../summary.csv -f ../summary.awk "${tables[@]}"
    echo
    default_table
    held_out_table
    steps_table
    speed_table
  } > summary.md
  mv summary.md ../README.md
}

# Each step with what the comment at its function says.
steps_table() {
  echo "## Commands"
  echo
  echo "Every step can be interrupted and called again. All of them, in this order:"
  echo
  echo "| command | does |"
  echo "|---|---|"
  awk -v steps="${steps[*]}" '
    /^#/ { sub(/^# */, ""); comment = comment (comment == "" ? "" : " ") $0; next }
    /^[a-z_]+\(\) \{/ {
      name = $1; sub(/\(.*/, "", name)
      if (match($0, /# .*/)) comment = substr($0, RSTART + 2)
      does[name] = comment
    }
    { comment = "" }
    END {
      n = split(steps, order, " ")
      for (i = 1; i <= n; ++i) print "| `results/make.sh BENCHMARKS " order[i] "` | " does[order[i]] " |"
    }' ../make.sh
}

# What default_spaces() found.
default_table() {
  [[ -f ../default_spaces.csv ]] || return 0
  echo "## The default set"
  echo
  echo "Spearman of the mean log rank of the space's default set, fast fidelity, one initialisation, with its 95 % interval, and"
  echo "what it is more than the data-free baseline's. The set of most spaces was chosen on NAS-Bench-201, that of bert, pit,"
  echo "autoformer and rnn on the rows of bert and pit."
  echo
  echo "| space | target | rows | default set | over the data-free baseline |"
  echo "|---|---|---|---|---|"
  awk -F, 'NR > 1 { printf "| %s | %s | %d | %.3f (%.3f .. %.3f) | %+.3f (%+.3f .. %+.3f) |\n", $1, $3, $4, $5, $6, $7, $8, $9, $10 }' \
    ../default_spaces.csv
  echo
}

# What held_out() found for what needs no label of the task: a row a task, on one row a function and on every row.
held_out_table() {
  [[ -f ../ensemble_held_out.csv && -f ../ensemble_held_out_rows.csv ]] || return 0
  echo "## Ensembles, held out"
  echo
  echo "*auto* and *learned* see no label of the task's group of spaces, only those of the other groups; *log rank* sees none at"
  echo "all. Each cell: Spearman with its 95 % interval; Kendall; accuracy of the best of the first ten; Kendall in the top"
  echo "tenth; Spearman minus the data-free baseline's, with its interval (the resamples are paired). The default set is the space's:"
  echo "it was chosen on rows of nasbench201, that of bert, pit and autoformer on rows of bert and pit."
  echo
  awk -f ../held_out.awk ../ensemble_held_out.csv ../ensemble_held_out_rows.csv
  echo
}

# What speed() noted, if anything.
speed_table() {
  [[ -f ../spaces/speed.csv ]] || return 0
  echo
  echo "## Time"
  echo
  echo "100 random architectures, all proxies that apply, fast fidelity, all processors of the machine."
  echo
  echo "| space | seconds | architectures a second | machine |"
  echo "|---|---|---|---|"
  awk -F, '{ print "| " $1 " | " $3 " | " $4 " | " $5 " x " $6 " |" }' ../spaces/speed.csv
}

# The small networks that the fast fidelity is chosen from: channels, cells a stage, resolution, batch.
small="
8 1 16 16   8 1 8 32   4 1 16 32   16 1 8 16   4 1 16 16   8 1 8 16   8 1 16 8   4 1 8 64
8 1 16 32   16 1 8 32   8 2 8 16   4 1 32 8   4 2 16 16   8 2 16 16   8 3 8 16"
swept=l2_norm,grad_norm,snip,plain,fisher,synflow,logsynflow,jacob_cov,nwot,nwot:normalised,nwot_bw,linear_regions_full
swept+=,zico,az_expressivity,az_progressivity,az_trainability,zen,synflow_bn,snr,t_cet,epe_nas,gradsign
swept+=,grad_angle,kgm,swap,meco,meco:fixed,meco_opt,dextr
swept_slow=grasp,ntk_cond,ntk_trace,jacobian_trace  # several backward passes each: on fewer functions

each_small() {  # calls "$@" channels cells resolution batch
  local channels cells resolution batch
  xargs -n 4 <<< "$small" | while read -r channels cells resolution batch; do
    "$@" "$channels" "$cells" "$resolution" "$batch" < /dev/null
  done
}

functions() { "$zeroth" rank --space nasbench201 --unique --graph canonical --resume --top 0 --quiet "$@"; }

sweep_one() {
  local name="sweep/c$1_n$2_r$3_b$4"
  functions --sample 1000 --seed 2 --proxies "$swept,$swept_slow" --channels "$1" --cells "$2" --resolution "$3" \
    --batch "$4" --out "$name.csv"
  "$zeroth" diff sweep/shared.csv "$name.csv" --movers 0 --out "$name.diff" > /dev/null
  "$zeroth" diff sweep/shared_slow.csv "$name.csv" --movers 0 --out "$name.slow.diff" > /dev/null
}

# 1,000 functions on every small network; how far each proxy ranks them as it does itself on the benchmark's network.
# The row "another seed" is the same network with other weights and images. Accuracies are not looked at.
sweep() {
  mkdir -p sweep
  functions --sample 1000 --seed 2 --proxies "$swept" --fidelity shared --out sweep/shared.csv
  functions --sample 100 --seed 2 --proxies "$swept_slow" --fidelity shared --out sweep/shared_slow.csv
  sed -n '2,101p' sweep/shared.csv | cut -d, -f1 > sweep/first100.txt
  "$zeroth" rank --space nasbench201 --archs sweep/first100.txt --graph canonical --resume --top 0 --quiet --seed 3 \
    --proxies "$swept" --fidelity shared --out sweep/another_seed.csv
  "$zeroth" diff sweep/shared.csv sweep/another_seed.csv --movers 0 --out sweep/another_seed.diff > /dev/null
  each_small sweep_one
  {
    echo channels,cells,resolution,batch,ms,proxy,n,spearman,kendall_tau_b
    tail -n +2 sweep/another_seed.diff | awk -F, '$1 !~ /^(params|macs|live_)/ { print "16,5,32,64,," $1 "," $2 "," $3 "," $4 }'
    each_small sweep_rows
  } > ../fidelity_sweep.csv
  awk -v chosen=8,3,8,16 -f ../fidelity_sweep.awk ../fidelity_sweep.csv > ../fidelity_sweep.svg
}

sweep_rows() {
  local name="c$1_n$2_r$3_b$4"
  local ms
  ms=$(awk -F, 'NR > 1 { sum += $2 } END { printf "%.2f", 1000 * sum / (NR - 1) }' "sweep/$name.times.csv")
  { tail -n +2 "sweep/$name.diff" | grep -vE "^(${swept_slow//,/|}),"
    grep -E "^(${swept_slow//,/|})," "sweep/$name.slow.diff"; } |
    awk -F, -v setting="$1,$2,$3,$4,$ms" '$1 !~ /^(params|macs|live_)/ { print setting "," $1 "," $2 "," $3 "," $4 }'
}

# zen_of SPACE TABLE TARGET: zen with the N(0, 1) weights that it is meant for, on the rows of spaces()
zen_of() {
  local name="$1_$(basename "${2%%.*}")"
  "$zeroth" rank --space "$1" --archs "spaces/${name}_fast.archs.csv" --seed 1 --proxies zen,zen:fixed --init normal \
    --resume --top 0 --out "spaces/${name}_zen.csv"
  "$zeroth" eval "spaces/${name}_zen.csv" --space "$1" --benchmark "benchmarks/$2" --target "$3" --bootstrap 200 \
    > "../spaces/${name}_zen_$3.txt"
}

zen() {  # zen with the weights that it is made for, where it turns round without them
  zen_of nasbench101 nb101.csv.gz cifar10_test_acc
  zen_of transnas101-micro transnas101_micro.csv class_scene_test_top1
}

task() { echo "--task ../${1}_scores.csv.gz,benchmarks/$2,$3,$4"; }

tasks_of_space() {  # SPACE TABLE TARGETS: a task for each target of a space that spaces() has scored
  local name="$1_$(basename "${2%%.*}")_fast" target
  [[ -f ../spaces/${name}_scores.csv.gz ]] || return 0
  for target in ${3//,/ }; do task "spaces/$name" "$2" "$target" "$1"; done
}

past_tasks() {  # --task for everything that this folder has scores of at fast fidelity
  local data
  for data in $accuracies; do task nasbench201_fast nb201.csv "${data}_test_acc" nasbench201; done
  each_space tasks_of_space
}

# The ensemble that is in the program, learned from all tasks. Build anew after it.
default_weights() {
  # Called by its bare name, which is what the file says that it was made with.
  # shellcheck disable=SC2046  # each task is two words
  PATH=$(dirname "$zeroth"):$PATH zeroth ensemble fit --out ../../ensemble/default.json $(past_tasks) > ../ensemble_fit.txt
}

# What is learned and chosen without a task's group of spaces, on that task: one row a function, then every row.
held_out() {
  # shellcheck disable=SC2046
  "$zeroth" ensemble compare $(past_tasks) --out ../ensemble_held_out.csv > ../ensemble_held_out.txt
  # shellcheck disable=SC2046
  "$zeroth" ensemble compare $(past_tasks) --every-row --bootstrap 200 --out ../ensemble_held_out_rows.csv \
    > ../ensemble_held_out_rows.txt
}

labels() {  # what 20 to 400 labels of NAS-Bench-201 are worth beside weights that were learned elsewhere
  local rows
  for rows in "" --every-row; do
    # shellcheck disable=SC2046,SC2086
    "$zeroth" ensemble labels $(task nasbench201_fast nb201.csv cifar10_test_acc nasbench201) $rows \
      --labels 20,50,100,400 --seeds 10 --out "../ensemble_labels${rows/--every-row/_rows}.csv"
  done > ../ensemble_labels.txt
}

bench() {  # what passes cost on this machine
  "$zeroth" bench > ../bench_shared.txt
  "$zeroth" bench --fidelity fast --architectures 16 > ../bench_fast.txt
}

# Seconds of three evals of all 423,624 architectures of NAS-Bench-101 with 20 columns: the sizes, and 16 of noise. For an
# idle machine.
eval_speed() {
  zcat benchmarks/nb101.csv.gz | awk -F, '
    function noise() { return sqrt(-2 * log(1 - rand())) * cos(6.2831853 * rand()) * 10 ^ int(7 * rand() - 3) }
    NR == 1 {
      srand(1)
      printf "arch,params,macs,live_params,live_macs"
      for (i = 0; i < 16; ++i) printf ",s%d", i
      print ",status"
      next
    }
    {
      printf "%s:%s,%d,%d,%d,%d", $4, $5, $6, 100 * $6, $6, 100 * $6
      for (i = 0; i < 16; ++i) printf ",%.17g", noise()
      print ",ok"
    }' > eval_speed.csv
  local TIMEFORMAT="%R s, of the processors %U s for the program and %S s for the system"
  for _ in 1 2 3; do
    time "$zeroth" eval eval_speed.csv --space nasbench101 --benchmark benchmarks/nb101.csv.gz --target cifar10_test_acc \
      --bootstrap 0 > /dev/null 2>&1
  done 2> ../eval_speed.txt
}

# search_nasbench201 NAME STRATEGY OBJECTIVE PROXIES BUDGET [options]: 10 seeds, and what their 20 best are worth. The
# 12-epoch accuracy that confirms is of CIFAR-10 alone: the benchmark's tables have no other.
search_nasbench201() {
  local name="search/$1_$2_$5"
  # shellcheck disable=SC2086  # no objective is no word
  "$zeroth" search --space nasbench201 --strategy "$2" ${3:+--objective $3} --proxies "$4" --budget "$5" --seed 1 --seeds 10 \
    --top 20 --benchmark benchmarks/nb201.csv --target cifar10_test_acc,cifar100_test_acc,imagenet16_120_test_acc \
    --confirm-by cifar10_valid_acc_12ep --confirm-cost cifar10_train_cost_12ep_s --quiet --out "$name.csv" "${@:6}" \
    > "$name.txt"
  # A line of ../search_nasbench201.csv a target: mean and standard deviation over seeds.
  awk -F, -v id="$1,$2,$5" '
    NR == 1 { next }
    { t = $2; if (!(t in n)) order[++targets] = t
      ++n[t]; for (i = 3; i <= 7; ++i) { sum[t, i] += $i; squares[t, i] += $i * $i } }
    function mean(t, i) { return sum[t, i] / n[t] }
    function spread(t, i,   v) {
      v = n[t] > 1 ? (squares[t, i] - n[t] * mean(t, i) ^ 2) / (n[t] - 1) : 0
      return v > 0 ? sqrt(v) : 0
    }
    END {
      for (k = 1; k <= targets; ++k) {
        t = order[k]; line = id "," t "," n[t]
        for (i = 3; i <= 5; ++i) line = line sprintf(",%.2f,%.2f", mean(t, i), spread(t, i))
        print line sprintf(",%.0f,%.2f", mean(t, 6), mean(t, 7))
      }
    }' "$name.picks.csv" >> search/summary.csv
}

# Every strategy by the label-free default and by it with FreeREA's skip span, a prior that fits this space; two also by
# the learned weights that never saw the space or its kin. Scores depend on the settings alone, so that all but te_nas
# and successive_halving look them up in tables of the whole space.
search() {
  local strategy budget plain="--scores search/scores.csv --ensemble log_rank"
  local skip="--scores search/skip_scores.csv --ensemble log_rank"
  local learned="--scores search/scores.csv --ensemble learned --ensemble-exclude nasbench201"
  local with_skip=default,freerea_skip_span
  mkdir -p search
  "$zeroth" rank --space nasbench201 --all --seed 1 --out search/scores.csv --resume --top 0
  "$zeroth" rank --space nasbench201 --all --seed 1 --proxies $with_skip --out search/skip_scores.csv --resume --top 0
  echo "objective,strategy,budget,target,seeds,first,first_sd,best20,best20_sd,confirmed,confirmed_sd,confirm_cost_s,seconds" \
    > search/summary.csv
  # shellcheck disable=SC2086  # options are words
  {
    for budget in 300 1000; do
      for strategy in random local evolution genetic reinforce bayes; do
        [[ $strategy$budget != bayes1000 ]] || continue  # it is for dear evaluations: its own work costs more than these
        search_nasbench201 default "$strategy" ensemble default "$budget" $plain
        search_nasbench201 skip_span "$strategy" ensemble $with_skip "$budget" $skip
      done
      search_nasbench201 learned evolution ensemble default "$budget" $learned
    done
    search_nasbench201 default exhaustive ensemble default 15625 $plain --seeds 1
    search_nasbench201 skip_span exhaustive ensemble $with_skip 15625 $skip --seeds 1
    search_nasbench201 learned exhaustive ensemble default 15625 $learned --seeds 1
    search_nasbench201 default_and_size nsga2 ensemble,-live_macs default 1000 $plain
  }
  search_nasbench201 ntk_and_regions te_nas "" ntk_cond,linear_regions 55
  search_nasbench201 ntk_and_regions_of_3 te_nas "" ntk_cond,linear_regions 55 --repeats 3
  # Without ntk_cond, which costs more at shared fidelity than the others together.
  search_nasbench201 without_ntk_cond successive_halving ensemble az_expressivity,t_cet:log,swap,meco_opt 300 \
    --fidelities fast,shared --ensemble log_rank
  cp search/summary.csv ../search_nasbench201.csv
}

costs() {  # sizes, activation memory and latency measured here, against HW-NAS-Bench's measurements of six devices
  local device targets=()
  for device in edgegpu raspi4 edgetpu pixel3 eyeriss fpga; do targets+=("cifar10_${device}_latency"); done
  "$zeroth" rank --space nasbench201 --sample 200 --seed 1 --proxies params --out costs_sample.csv --resume --top 0
  "$zeroth" cost costs_sample.csv --space nasbench201 --latency measure --out costs.csv
  "$zeroth" eval costs.csv --space nasbench201 --benchmark benchmarks/nb201_hwnasbench.csv.gz \
    --target "$(IFS=,; echo "${targets[*]}")" --bootstrap 200 --out ../costs_hwnasbench.csv > ../costs_hwnasbench.txt
}

# Real images and no table: the best 8 of 2,000 random architectures trained shortly, halving, beside two baselines.
confirm() {
  "$zeroth" rank --space nasbench201 --sample 2000 --seed 1 --out confirm_scores.csv --resume --top 0
  "$zeroth" confirm confirm_scores.ranked.csv --space nasbench201 --top 8 --data fashion-mnist --channels 16 --cells 1 \
    --resolution 28 --images 20000 --rungs 3 --seeds 1 --resume --out confirm.csv > ../confirm_fashion_mnist.txt
  cp confirm.csv ../confirm_fashion_mnist.csv
}

# The pick of the step before, ten random networks, the one of most live parameters and the ResNet-like cell: three other
# seeds each, all trained to the end, with differences paired by seed.
confirm_seeds() {
  {
    awk -F, '$2 ~ /candidate/ { print $1; exit }' ../confirm_fashion_mnist.csv
    tail -n +2 confirm_scores.csv | cut -d, -f1
  } > confirm_pick.txt
  "$zeroth" confirm confirm_pick.txt --space nasbench201 --top 1 --random 10 --data fashion-mnist --channels 16 --cells 1 \
    --resolution 28 --images 10000 --epochs 6 --rungs 1 --seeds 3 --seed 1 --resume --out confirm_seeds.csv > ../confirm_seeds.txt
  cp confirm_seeds.csv ../confirm_seeds.csv
}

resnet() {  # the ResNet-like cell on all of Fashion-MNIST: what the trainer reaches
  echo '|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|' > resnet_like.txt
  "$zeroth" confirm resnet_like.txt --space nasbench201 --top 1 --no-baselines --data fashion-mnist --channels 16 \
    --cells 1 --rungs 1 --seeds 1 --epochs 24 --resume --out resnet_like.csv > ../resnet_like.txt
}

for step in "$@"; do
  [[ " ${steps[*]} " == *" $step "* ]] || { echo "make.sh: unknown step $step; known: ${steps[*]}" >&2; exit 2; }
  "$step"
done
