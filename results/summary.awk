# The tables of README.md, of what `zeroth eval --out` wrote. Called by make.sh:
#   awk -v structure="COLUMNS" -v csv=FILE -f summary.awk TABLE...
# A table's name is SPACE[_BENCHMARK]_FIDELITY_TARGET.csv. FILE gets every column of every task.
BEGIN { FS = "," }

function base_name(path) { sub(/.*\//, "", path); sub(/\.csv$/, "", path); return path }
function fixed(value) { return value == "" ? "-" : sprintf("%.3f", value) }
# Columns that are no proxies: sizes, counts of operations, the baseline.
function is_structure(column) { return index(" " structure " params macs ", " " column " ") > 0 }

FNR == 1 {
  delete place
  for (i = 1; i <= NF; ++i) place[$i] = i
  name = base_name(FILENAME)
  fidelity = name ~ /_slow_/ ? "slow" : name ~ /_shared_/ ? "shared" : "fast"
  space = name
  sub(/_.*/, "", space)
  task = ""
  next
}

# Differences of two columns (--pair) and columns without a value say nothing here.
$place["spearman"] == "" || $1 ~ / - / { next }

task == "" {
  task = space " " fidelity " " $place["target"]
  # Two benchmarks of one space may have a target of one name.
  while (task in space_of) task = task "'"
  tasks[++task_count] = task
  space_of[task] = space
  fidelity_of[task] = fidelity
  target_of[task] = $place["target"]
  rows_of[task] = $place["n"]
  if (!((fidelity, space) in seen)) {
    seen[fidelity, space] = 1
    spaces[fidelity, ++space_count[fidelity]] = space
  }
}

{
  rho[task, $1] = $place["spearman"]
  if (!($1 in known)) { known[$1] = 1; columns[++column_count] = $1 }
  if (!is_structure($1) && best_count[task] < 4) {  # tables are sorted
    best[task] = best[task] (best_count[task]++ ? ", " : "") "`" $1 "` " fixed($place["spearman"])
  }
  sum[fidelity, space, $1] += $place["spearman"]
  ++count[fidelity, space, $1]
}

function task_table(   i, task) {
  print "| space | fidelity | target | rows | data-free | live params | live MACs | best proxies |"
  print "|---|---|---|---|---|---|---|---|"
  for (i = 1; i <= task_count; ++i) {
    task = tasks[i]
    printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", space_of[task], fidelity_of[task], target_of[task],
           rows_of[task], fixed(rho[task, "data_free"]), fixed(rho[task, "live_params"]), fixed(rho[task, "live_macs"]),
           best[task]
  }
}

# Mean of a column over a space's targets; "" where it has none.
function of_space(fidelity, space, column) {
  return (fidelity, space, column) in count ? sum[fidelity, space, column] / count[fidelity, space, column] : ""
}

function column_lines(fidelity, want_structure,   i, j, k, n, total, value, order, mean, line) {
  n = 0
  for (i = 1; i <= column_count; ++i) {
    if (is_structure(columns[i]) != want_structure) continue
    total = k = 0
    for (j = 1; j <= space_count[fidelity]; ++j) {
      value = of_space(fidelity, spaces[fidelity, j], columns[i])
      if (value != "") { total += value; ++k }
    }
    if (!k) continue
    mean[columns[i]] = total / k
    of[columns[i]] = k
    # Insertion: those that most spaces have first, highest mean first.
    for (j = ++n; j > 1 && before(columns[i], order[j - 1], mean, fidelity); --j) order[j] = order[j - 1]
    order[j] = columns[i]
  }
  for (i = 1; i <= n; ++i) {
    line = "| `" order[i] "` | " fixed(mean[order[i]])
    for (j = 1; j <= space_count[fidelity]; ++j) {
      line = line " | " fixed(of_space(fidelity, spaces[fidelity, j], order[i]))
    }
    print line " |"
  }
}

function before(a, b, mean, fidelity,   a_wide, b_wide) {
  a_wide = 2 * of[a] >= space_count[fidelity]
  b_wide = 2 * of[b] >= space_count[fidelity]
  return a_wide != b_wide ? a_wide > b_wide : mean[a] > mean[b]
}

function space_table(fidelity,   j, heading, line) {
  heading = "| column | mean"
  line = "|---|---"
  for (j = 1; j <= space_count[fidelity]; ++j) {
    heading = heading " | " spaces[fidelity, j]
    line = line "|---"
  }
  print heading " |"
  print line "|"
  column_lines(fidelity, 0)
  if (fidelity == "slow") return  # these rows' sizes say what those of the shared rows do
  line = "| **counted, not scored** |"
  for (j = 1; j <= space_count[fidelity]; ++j) line = line " |"
  print line " |"
  column_lines(fidelity, 1)
}

function all_columns(   i, j, line) {
  line = "column"
  for (j = 1; j <= task_count; ++j) line = line "," tasks[j]
  print line > csv
  for (i = 1; i <= column_count; ++i) {
    line = columns[i]
    for (j = 1; j <= task_count; ++j) line = line "," ((tasks[j], columns[i]) in rho ? sprintf("%.4f", rho[tasks[j], columns[i]]) : "")
    print line > csv
  }
}

END {
  print "## By task\n"
  task_table()
  print "\n## By column: fast fidelity, mean over each space's targets\n"
  print "The first number is the mean over the spaces that have the column; those that less than half of them have come last.\n"
  space_table("fast")
  if (space_count["shared"] > 1) {
    print "\n## By column: shared fidelity, mean over each space's targets\n"
    space_table("shared")
  }
  if (space_count["slow"] > 1) {
    print "\n## By column: the slow proxies at shared fidelity, mean over each space's targets\n"
    space_table("slow")
  }
  all_columns()
}
