// The columns of the table as numbers, their order and their ranks.

const data = JSON.parse(document.getElementById("data").textContent);
const names = data.architectures;

const columns = new Map();  // by name; of equal names the first
for (const column of data.columns) if (!columns.has(column.name)) columns.set(column.name, column);
const ofKind = (...kinds) => [...columns.values()].filter((c) => kinds.includes(c.kind)).map((c) => c.name);
const targets = ofKind("accuracy"), sizes = ofKind("size"), scores = ofKind("score", "baseline", "size");

// The numbers of a column by row, nan where there is none. Of a large table the page holds the upper half of each score.
function values(name) {
  const column = columns.get(name);
  if (!column.numbers) {
    const text = atob(column.values), bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
    if (column.whole) {
      column.numbers = new Float64Array(bytes.buffer);
    } else {
      const upper = new Uint32Array(bytes.buffer), halves = new Uint32Array(2 * upper.length);
      for (let i = 0; i < upper.length; ++i) halves[2 * i + 1] = upper[i];
      column.numbers = new Float64Array(halves.buffer);
    }
  }
  return column.numbers;
}

const rowsInOrder = Array.from(names, (_, row) => row);

// Rows by a column; those without a number last, equal ones as in the leaderboard.
function ordered(name, descending) {
  const numbers = values(name), sign = descending ? -1 : 1;
  const missing = rowsInOrder.filter((row) => Number.isNaN(numbers[row]));
  return rowsInOrder.filter((row) => !Number.isNaN(numbers[row]))
    .sort((a, b) => sign * (numbers[a] - numbers[b]) || a - b).concat(missing);
}

// 1 for the smallest; equal numbers share their mean rank, missing ones tie below all.
function ranks(name) {
  const numbers = values(name), order = ordered(name, false), result = new Float64Array(order.length);
  const missing = order.filter((row) => Number.isNaN(numbers[row]));
  const all = missing.concat(order.slice(0, order.length - missing.length));
  const same = (a, b) => numbers[a] === numbers[b] || (Number.isNaN(numbers[a]) && Number.isNaN(numbers[b]));
  for (let begin = 0; begin < all.length;) {
    let end = begin + 1;
    while (end < all.length && same(all[begin], all[end])) ++end;
    for (let i = begin; i < end; ++i) result[all[i]] = (begin + 1 + end) / 2;
    begin = end;
  }
  return result;
}

function shown(number) {
  if (number === null || Number.isNaN(number)) return "–";
  const size = Math.abs(number);
  if (Number.isInteger(number) && size < 1e5) return String(number);
  if (size >= 1e15 || (size < 1e-3 && size > 0)) return number.toExponential(3);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (size >= unit && size >= 1e5) return Number((number / unit).toPrecision(4)) + " " + letter;
  }
  return String(Number(number.toPrecision(5)));
}

const correlation = (number, digits = 3) => number === null ? "–" : number.toFixed(digits).replace(/^(-?)0\./, "$1.");
