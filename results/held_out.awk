# A table of README.md, of what `zeroth ensemble compare --out` wrote. Called by make.sh:
#   awk -f held_out.awk ONE_ROW_A_FUNCTION.csv EVERY_ROW.csv
BEGIN {
  FS = ","
  methods = split("auto bayes log_rank log_rank:default data_free", method, " ")
  title["bayes"] = "learned"
  title["log_rank"] = "log rank"
  title["log_rank:default"] = "log rank of the default set"
  title["data_free"] = "data-free baseline"
}

function fixed(value, digits) { return value == "" ? "-" : sprintf("%." digits "f", value) }
function interval(low, high) { return low == "" ? "" : " (" fixed(low, 3) " .. " fixed(high, 3) ")" }

FNR == 1 { ++file; delete place; for (i = 1; i <= NF; ++i) place[$i] = i; next }

{  # the first field, "SCORES,TARGET", is quoted
  target = $0
  sub(/^"[^"]*,/, "", target)
  sub(/".*/, "", target)
  sub(/^"[^"]*"/, "")
  key = $place["space"] " | " target
  # Two benchmarks of one space may have a target of one name.
  if ($place["method"] == "auto") {
    while ((file, key) in rows) key = key "'"
    if (file == 1) tasks[++task_count] = key
    rows[file, key] = $place["rows"]
    current = key
  }
  text = fixed($place["spearman"], 3) interval($place["low"], $place["high"]) "; " fixed($place["kendall_tau_b"], 3) "; " \
         fixed($place["best_of_top_10"], 2) "; " fixed($place["top_decile_tau_b"], 3)
  if ($place["method"] != "data_free")
    text = text "; " ($place["over_data_free"] >= 0 ? "+" : "") fixed($place["over_data_free"], 3) \
           interval($place["over_data_free_low"], $place["over_data_free_high"])
  cell[file, current, $place["method"]] = text
}

END {
  printf "| space | target | rows |"
  for (m = 1; m <= methods; ++m) printf " %s |", method[m] in title ? title[method[m]] : method[m]
  printf "\n|---|---|---|"
  for (m = 1; m <= methods; ++m) printf "---|"
  print ""
  for (t = 1; t <= task_count; ++t)
    for (f = 1; f <= 2; ++f) {
      key = tasks[t]
      # Every row a function of its own: the same numbers twice.
      if (f == 2 && rows[2, key] == rows[1, key]) continue
      printf "| %s | %s %s |", key, rows[f, key], f == 1 ? "functions" : "rows"
      for (m = 1; m <= methods; ++m) printf " %s |", (f, key, method[m]) in cell ? cell[f, key, method[m]] : "-"
      print ""
    }
}
