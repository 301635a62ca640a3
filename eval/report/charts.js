// The figures that Chart.js draws.

function scatter() {
  if (!targets.length) return;
  const part = section("scatter");
  const score = fill(find("#scatter-score"), scores, data.lead), task = fill(find("#scatter-task"), targets);
  const asRanks = find("#scatter-ranks");
  const draw = chart(part, () => {
    const numbers = asRanks.checked ? ranks : values;
    const xs = numbers(score.value), ys = numbers(task.value), measured = values(task.value);
    const points = rowsInOrder.filter((row) => !Number.isNaN(xs[row]) && !Number.isNaN(measured[row]))
      .map((row) => ({x: xs[row], y: ys[row], row}));
    const word = asRanks.checked ? ", rank" : "";
    return {
      datasets: [{data: points, pointRadius: points.length > 3000 ? 1.5 : 3, pointHitRadius: 4, backgroundColor: style("--point") + "99",
        borderWidth: 0}],
      x: {text: score.value + word}, y: {text: task.value + word},
      tell: ({row}) => [names[row], `${score.value} ${shown(values(score.value)[row])}`,
        `${task.value} ${shown(measured[row])}`]};
  });
  score.onchange = task.onchange = asRanks.onchange = draw;
}

function cost() {
  if (!data.costs.length || !data.tasks.length) return;
  const part = section("cost"), select = fill(find("#cost-task"), data.tasks.map((task) => task.target));
  const points = () => {
    const task = data.tasks[select.selectedIndex];
    return data.costs.map(({column, milliseconds}) => {
      const found = task.columns.find((other) => other.name === column);
      return {x: milliseconds, y: found ? found.spearman.value : null, label: column};
    }).filter((point) => point.y !== null && point.x > 0).sort((a, b) => b.y - a.y);
  };
  const tell = ({x, y, label}) => [label, `${shown(x)} ms`, `Spearman ${correlation(y)}`];
  const draw = chart(part, () => ({
    datasets: [{data: points(), pointRadius: 5, pointHitRadius: 6, backgroundColor: style("--point")}],
    x: {text: "milliseconds an architecture", type: "logarithmic"}, y: {text: "Spearman with " + select.value}, tell}));
  const list = () => fillTable(find("table", part), ["score", "ms", "Spearman"],
    points().map(({x, y, label}) => [label, shown(x), correlation(y)]));
  select.onchange = () => { draw(); list(); };
  list();
}

// Rows that no other beats, from the smallest on: none is as good for less.
function paretoFront(cost, score) {
  const front = [];
  const rows = rowsInOrder.filter((row) => !Number.isNaN(cost[row]) && !Number.isNaN(score[row]));
  for (const row of rows.sort((a, b) => cost[a] - cost[b] || score[b] - score[a] || a - b)) {
    if (!front.length || score[row] > score[front[front.length - 1]]) front.push(row);
  }
  return {rows, front};
}

function pareto() {
  if (!sizes.length) return;
  const part = section("pareto");
  const size = fill(find("#pareto-size"), sizes), score = fill(find("#pareto-score"), [...scores, ...targets], data.lead);
  const draw = chart(part, () => {
    const xs = values(size.value), ys = values(score.value), {rows, front} = paretoFront(xs, ys);
    const point = (row) => ({x: xs[row], y: ys[row], row});
    fillTable(find("table", part), ["architecture", size.value, score.value],
      front.map((row) => [names[row], shown(xs[row]), shown(ys[row])]));
    return {
      datasets: [
        {data: front.map(point), showLine: true, stepped: "before", pointRadius: 4, pointHitRadius: 6,
          backgroundColor: style("--orange"), borderColor: style("--orange"), borderWidth: 2},
        {data: rows.map(point), pointRadius: rows.length > 3000 ? 1.5 : 3, backgroundColor: style("--other") + "66",
          borderWidth: 0}],
      x: {text: size.value}, y: {text: score.value},
      tell: ({row, x, y}) => [names[row], `${size.value} ${shown(x)}`, `${score.value} ${shown(y)}`]};
  });
  size.onchange = score.onchange = draw;
}
