# Draws fidelity_sweep.csv as SVG: for each small network, the mean over proxies of how far it ranks architectures as the
# benchmark's own network does, against what it costs.  Usage: awk -v chosen=C,N,R,B -f fidelity_sweep.awk fidelity_sweep.csv
function x_of(ms) { return left + (log(ms) - log(x_low)) / (log(x_high) - log(x_low)) * width }
function y_of(rho) { return top + (y_high - rho) / (y_high - y_low) * height }
function text(x, y, anchor, words) {
  printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, words
}
BEGIN {
  FS = ","
  left = 60; top = 40; width = 760; height = 440; x_low = 25; x_high = 100; y_low = 0.5; y_high = 1
  # Okabe and Ito's colours, told apart by colour-blind readers too.
  colour[8] = "#0072b2"; colour[16] = "#d55e00"; colour[32] = "#009e73"; colour[64] = "#cc79a7"
}
NR > 1 && $8 != "" {
  setting = $1 "," $2 "," $3 "," $4
  if ($5 == "") { seed_sum += $8; ++seed_count; next }
  if (!(setting in count)) order[++settings] = setting
  ms[setting] = $5; sum[setting] += $8; ++count[setting]
}
END {
  print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 560\" font-family=\"sans-serif\" font-size=\"12\">"
  print "<rect width=\"860\" height=\"560\" fill=\"white\"/>"
  text(left, 22, "start", "Mean over proxies of Spearman's rho with the same proxy on the full network (1,000 functions)")
  for (rho = y_low; rho <= y_high + 0.001; rho += 0.1) {
    printf "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", left, left + width, y_of(rho), y_of(rho)
    text(left - 8, y_of(rho) + 4, "end", sprintf("%.1f", rho))
  }
  split("30 40 50 60 80 100", ticks, " ")
  for (i = 1; i in ticks; ++i) {
    printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>\n", x_of(ticks[i]), x_of(ticks[i]), top, top + height
    text(x_of(ticks[i]), top + height + 18, "middle", ticks[i])
  }
  text(left + width / 2, top + height + 38, "middle", "milliseconds an architecture, all swept proxies, one thread")
  if (seed_count) {
    y = y_of(seed_sum / seed_count)
    printf "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#555\" stroke-dasharray=\"6 4\"/>\n", left, left + width, y, y
    text(left + 4, y - 6, "start", "the full network with another seed")
  }
  for (i = 1; i <= settings; ++i) {
    setting = order[i]
    split(setting, part, ",")
    x = x_of(ms[setting]); y = y_of(sum[setting] / count[setting])
    if (setting == chosen) printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"9\" fill=\"none\" stroke=\"black\" stroke-width=\"2\"/>\n", x, y
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y, colour[part[4]]
    text(x + 7, y + 4, "start", part[1] "/" part[2] "/" part[3])
  }
  batches = split("8 16 32 64", batch, " ")
  for (i = 1; i <= batches; ++i) {
    printf "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>\n", left + 90 * i - 70, 548, colour[batch[i]]
    text(left + 90 * i - 60, 552, "start", "batch " batch[i])
  }
  text(left + width, 552, "end", "labels: channels/cells a stage/resolution")
  print "</svg>"
}
