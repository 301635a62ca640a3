// Drawings of the best cells, and where the numbers come from.

function drawings() {
  if (!data.drawings.length) return;
  const list = find(".cells", section("drawings"));
  data.drawings.forEach(({row, cells}) => list.append(element("figure", {}, [
    element("figcaption", {}, [element("strong", {textContent: `${row + 1}  `}),
      element("span", {className: "arch", textContent: names[row]})]),
    // As an image a drawing can neither run scripts nor load anything.
    ...cells.map((svg, i) => element("img", {alt: `Cell ${i + 1} of ${names[row]}`, loading: "lazy",
      src: "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg)}))])));
}

// The members of an object as a flat list of names and texts: {a: {b: 1}} is [["a.b", "1"]].
function members(value, name = "") {
  if (value === null || typeof value !== "object") return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => members(inner, name ? `${name}.${key}` : key));
}

function provenance() {
  const part = section("provenance");
  const list = (pairs) => element("dl", {}, pairs.flatMap(([name, text]) =>
    [element("dt", {textContent: name}), element("dd", {textContent: text})]));
  part.append(list([["report", `zeroth ${data.version}`], ["command", data.command]].filter(([, text]) => text)));
  for (const {file, settings, ...rest} of data.runs) {
    part.append(element("h3", {className: "arch", textContent: file}), list(members(rest)));
    if (settings) part.append(element("details", {}, [element("summary", {textContent: "Settings"}), list(members(settings))]));
    else part.append(element("p", {className: "note", textContent: "No manifest stands beside this file."}));
  }
}
