// The table: sorted, filtered, and drawn as far as it is looked at.

// Of a text such as "conv_3x3 params<500000": whether a row has all of it.
function condition(text) {
  const tests = text.split(/\s+/).filter(Boolean).map((word) => {
    const parts = word.match(/^(.+?)(<=|>=|<|>|=)([^<>=]+)$/);
    if (parts && columns.has(parts[1]) && Number.isFinite(Number(parts[3]))) {
      const numbers = values(parts[1]), limit = Number(parts[3]);
      const holds = {"<": (v) => v < limit, ">": (v) => v > limit, "<=": (v) => v <= limit, ">=": (v) => v >= limit,
        "=": (v) => v === limit}[parts[2]];
      return (row) => holds(numbers[row]);
    }
    const lower = word.toLowerCase();
    return (row) => names[row].toLowerCase().includes(lower);
  });
  return (row) => tests.every((test) => test(row));
}

// Scrolls the table to the side until a header is in sight.
function reveal(cell) {
  const box = find("#rows"), end = cell.offsetLeft + cell.offsetWidth;
  if (cell.offsetLeft < box.scrollLeft || end > box.scrollLeft + box.clientWidth) box.scrollLeft = end - box.clientWidth;
}

// What of the table's state is not as it is at first: sort=nwot&order=ascending&filter=conv
function addressOf(state) {
  const address = new URLSearchParams();
  if (state.sort !== data.lead) address.set("sort", state.sort);
  if (!state.descending) address.set("order", "ascending");
  if (state.filter) address.set("filter", state.filter);
  return address;
}

function leaderboard() {
  const part = section("leaderboard"), body = find("tbody", part), more = find("#more");
  const all = [...new Set([data.lead, ...targets, ...columns.keys()])], kPage = 100;
  const best = data.tasks.length ? data.tasks[0].columns.map((column) => column.name) : all;
  const visible = new Set([data.lead, ...targets, ...sizes.slice(0, 2), ...best.slice(0, 6)].filter((name) => columns.has(name)));
  const state = {sort: data.lead, descending: true, filter: ""};
  const place = new Int32Array(names.length);
  ordered(data.lead, true).forEach((row, i) => { place[row] = i + 1; });
  let rows = [], drawn = 0;

  const sort = fill(find("#sort"), all);
  const direction = find("#direction"), filter = find("#filter");

  function addRows() {
    const list = all.filter((name) => visible.has(name)), added = rows.slice(drawn, drawn + kPage);
    body.append(...added.map((row) => element("tr", {}, [
      element("td", {textContent: place[row]}), element("td", {textContent: names[row], className: "arch"}),
      ...list.map((name) => element("td", {textContent: shown(values(name)[row])}))])));
    drawn += added.length;
    more.hidden = drawn === rows.length;
  }

  function header() {
    const list = all.filter((name) => visible.has(name));
    find("thead tr", part).replaceChildren(element("th", {textContent: "#", scope: "col"}),
      element("th", {textContent: "architecture", scope: "col", className: "arch"}), ...list.map((name) => {
        const cell = element("th", {scope: "col"}, [element("button", {type: "button", textContent: name,
          onclick: () => choose({sort: name, descending: state.sort === name ? !state.descending : true}, name)})]);
        if (name === state.sort) cell.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
        return cell;
      }));
  }

  function show() {
    visible.add(state.sort);
    sort.value = state.sort;
    filter.value = state.filter;
    direction.textContent = state.descending ? "Largest first" : "Smallest first";
    rows = ordered(state.sort, state.descending).filter(condition(state.filter));
    drawn = 0;
    body.replaceChildren();
    find("#rows").scrollTop = 0;
    header();
    addRows();
    find("#count").textContent = `${rows.length.toLocaleString("en")} of ${names.length.toLocaleString("en")} architectures`;
    reveal(find("[aria-sort]", part));
    for (const box of find("#columns").querySelectorAll("input")) box.checked = visible.has(box.value);
  }

  // Changes what is shown, and the page's address with it; the header's button of column `focused` keeps the focus.
  function choose(change, focused) {
    Object.assign(state, change);
    history.replaceState(null, "", "#" + addressOf(state));
    show();
    for (const button of find("thead", part).querySelectorAll("button")) {
      if (button.textContent === focused) button.focus();
    }
  }

  // Takes the state from the page's address.
  function follow() {
    const address = new URLSearchParams(location.hash.slice(1));
    if (![...address.keys()].some((key) => ["sort", "order", "filter"].includes(key))) return;
    state.sort = columns.has(address.get("sort")) ? address.get("sort") : data.lead;
    state.descending = address.get("order") !== "ascending";
    state.filter = address.get("filter") || "";
    show();
  }

  find("#rounded").hidden = data.columns.every((column) => column.whole);
  find("#columns").append(...all.map((name) => element("label", {}, [element("input", {type: "checkbox", value: name,
    onchange: (event) => {
      if (event.target.checked) visible.add(name); else visible.delete(name);
      show();
    }}), " " + name])));
  sort.onchange = () => choose({sort: sort.value});
  direction.onclick = () => choose({descending: !state.descending});
  filter.oninput = () => choose({filter: filter.value});
  more.onclick = addRows;
  new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) addRows(); },
    {root: find("#rows")}).observe(more);
  addEventListener("hashchange", follow);
  show();
  follow();
}
