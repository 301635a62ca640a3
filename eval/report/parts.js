// What sections are made of. Strings of the data reach the page as text alone: never as markup.

const find = (selector, root = document) => root.querySelector(selector);

// An element with properties, such as {textContent: "a"}, and children.
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Shows a section and lists it at the top.
function section(id) {
  const part = document.getElementById(id);
  part.hidden = false;
  document.getElementById("sections").append(
    element("a", {href: "#" + id, textContent: find("h2", part).textContent}));
  return part;
}

function fill(select, options, chosen) {
  select.append(...options.map((name) => element("option", {value: name, textContent: name})));
  if (chosen !== undefined) select.value = chosen;
  return select;
}

function fillTable(table, header, rows) {
  const cell = (tag) => (text, i) => element(tag, {textContent: text, className: i === 0 ? "arch" : ""});
  table.replaceChildren(element("thead", {}, [element("tr", {}, header.map(cell("th")))]),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell("td"))))));
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const redraws = [];  // what has to be drawn anew when the colours change

// A scatter chart in a section. `content()` says what is in it: datasets, titles and scales of the axes, and
// `tell(point)`, the lines about a point, an {x, y, ...} of a dataset.
function chart(part, content) {
  let current = null;
  const readout = find(".readout", part);
  const draw = () => {
    const {datasets, x, y, tell} = content();
    const axis = (scale) => ({
      type: "linear", grid: {color: style("--line")}, ...scale,
      ticks: {color: style("--soft"), maxRotation: 0, callback: (value) => shown(value)},
      title: {display: true, text: scale.text, color: style("--ink")}});
    if (current) current.destroy();
    current = new Chart(find("canvas", part), {
      type: "scatter", data: {datasets},
      options: {
        animation: false, maintainAspectRatio: false, responsive: true, normalized: true,
        interaction: {mode: "nearest", intersect: true},
        onHover: (event, found) => {
          if (readout && found.length) {
            const {datasetIndex, index} = found[0];
            readout.textContent = tell(datasets[datasetIndex].data[index]).join("  ·  ");
          }
        },
        scales: {x: axis(x), y: axis(y)},
        plugins: {
          legend: {display: false},
          tooltip: {filter: (item, i) => i === 0, callbacks: {label: (item) => tell(item.raw)}}}},
      plugins: [labels]});
  };
  redraws.push(draw);
  draw();
  return draw;
}

// Writes the label of each point that has one beside it, unless another label is there.
const labels = {
  id: "labels",
  afterDatasetsDraw(drawn) {
    const {ctx, chartArea} = drawn, taken = [];
    ctx.save();
    ctx.font = "12px system-ui, sans-serif";
    ctx.fillStyle = style("--ink");
    drawn.data.datasets.forEach((set, index) => drawn.getDatasetMeta(index).data.forEach((point, i) => {
      const text = set.data[i].label;
      if (!text) return;
      const width = ctx.measureText(text).width;
      const left = point.x + 8 + width > chartArea.right ? point.x - 8 - width : point.x + 8;
      const box = [left, point.y - 7, left + width, point.y + 7];
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) return;
      taken.push(box);
      ctx.fillText(text, left, point.y + 4);
    }));
    ctx.restore();
  }
};
