// What each column gave to the score that ordered a run, as bars, for the first rows of the leaderboard.

const signed = (number) => (number < 0 ? "−" : "+") + shown(Number(Math.abs(number).toPrecision(3)));

// One contribution. `most` is the amount of a bar that fills its half.
function bar({column, value, percentile, amount, low}, most) {
  const line = element("span", {className: "bar"});
  line.setAttribute("aria-hidden", "true");
  line.style.setProperty("--share", most > 0 ? (Math.abs(amount) / most).toFixed(4) : "0");
  const facts = percentile === undefined ? "" : `${value === null ? "failed" : shown(value)}, percentile ` +
    percentile.toFixed(1) + (low ? ", low is better" : "");
  return element("li", {className: amount < 0 ? "minus" : amount > 0 ? "plus" : ""}, [element("span", {className: "arch", textContent: column}),
    element("span", {className: "amount", textContent: signed(amount)}), line, element("small", {textContent: facts})]);
}

// The bars of one architecture: the largest, and on demand all.
function bars(all) {
  const kFirst = 8, list = element("ol", {className: "bars"});
  const sum = (some) => some.reduce((total, {amount}) => total + amount, 0);
  const few = all.length <= kFirst + 1 ? all :
    [...all.slice(0, kFirst), {column: `${all.length - kFirst} others`, amount: sum(all.slice(kFirst))}];
  const draw = (some) => {
    const most = Math.max(...some.map(({amount}) => Math.abs(amount)));
    list.replaceChildren(...some.map((each) => bar(each, most)));
  };
  draw(few);
  if (few === all) return [list];
  const more = element("button", {type: "button", textContent: `All ${all.length} columns`, onclick: () => {
    const open = more.getAttribute("aria-pressed") !== "true";
    more.setAttribute("aria-pressed", open);
    draw(open ? all : few);
  }});
  more.setAttribute("aria-pressed", "false");
  return [list, more];
}

function contributions() {
  if (!data.orders.length) return;
  const part = section("contributions");
  for (const {run, score, by, rows, unknown, explained} of data.orders) {
    if (data.orders.length > 1) part.append(element("h3", {className: "arch", textContent: run}));
    part.append(element("p", {textContent: unknown || `Ordered by ${by}.`}));
    explained.forEach((each, i) => {
      const box = element("details", {className: "carried", open: i === 0}, [element("summary", {}, [
        element("strong", {textContent: `${each.row + 1}  `}), element("span", {className: "arch", textContent: names[each.row]}),
        `  ${score} ${signed(each.score)}, rank ${each.rank.toLocaleString("en")} of ${rows.toLocaleString("en")}`])]);
      // As late as they are looked at: a thousand rows may have sixty columns each.
      box.ontoggle = () => {
        if (box.open && !find("ol", box)) box.append(...bars(each.contributions));
      };
      if (box.open) box.append(...bars(each.contributions));
      part.append(box);
    });
  }
}
