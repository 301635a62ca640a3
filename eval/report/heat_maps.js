// How scores agree with accuracy and with each other, as tables with coloured cells.

// Colours a cell of a heat map by a correlation in [-1, 1].
function tint(cell, value) {
  if (value === null) return;
  cell.classList.add(value < 0 ? "minus" : "plus");
  cell.style.setProperty("--share", Math.abs(value).toFixed(3));
}

function correlations() {
  if (!data.tasks.length) return;
  const table = find("table", section("correlations")), statistic = find("#statistic");
  const draw = () => {
    const byTask = data.tasks.map((task) => ({all: task.rows, columns: new Map(task.columns.map((column) => [column.name, column]))}));
    const head = element("tr", {}, [element("td"), ...data.tasks.map((task) => element("th", {scope: "col",
      textContent: `${task.target} (${task.rows.toLocaleString("en")})`}))]);
    const names = data.tasks[0].columns.map((column) => column.name);
    table.replaceChildren(element("thead", {}, [head]), element("tbody", {}, names.map((name) =>
      element("tr", {}, [element("th", {scope: "row", textContent: name}), ...byTask.map((task) => {
        const {[statistic.value]: {value, interval}, rows} = task.columns.get(name);
        const cell = element("td", {textContent: correlation(value)});
        if (interval) cell.textContent += ` (${interval.map((end) => correlation(end)).join(" .. ")})`;
        if (rows < task.all) cell.textContent += ` of ${rows.toLocaleString("en")}`;
        tint(cell, value);
        return cell;
      })]))));
  };
  statistic.onchange = draw;
  draw();
}

function redundancy() {
  const {columns: list, spearman} = data.redundancy;
  if (list.length < 2) return;
  const part = section("redundancy"), table = find("table", part), readout = find(".readout", part);
  table.classList.toggle("many", list.length > 20);
  const value = (a, b) => a > b ? spearman[a][b] : spearman[b][a];
  const head = element("tr", {}, [element("td"), ...list.map((name) => element("th", {scope: "col", textContent: name}))]);
  table.replaceChildren(element("thead", {}, [head]), element("tbody", {}, list.map((name, a) =>
    element("tr", {}, [element("th", {scope: "row", textContent: name}), ...list.map((other, b) => {
      const cell = element("td", {textContent: correlation(value(a, b), 2)});
      tint(cell, value(a, b));
      return cell;
    })]))));
  const tell = (event) => {
    const cell = event.target.closest("tbody td");
    if (!cell) return;
    const a = cell.parentElement.sectionRowIndex, b = cell.cellIndex - 1;
    readout.textContent = `${list[a]} and ${list[b]}: ${correlation(value(a, b))}`;
  };
  table.onpointerover = table.onclick = tell;
}
