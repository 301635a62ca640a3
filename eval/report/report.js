// Fills the page.

const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
document.title = find("#title").textContent = data.title;
find("#summary").textContent = [
  count(names.length, "architecture", "architectures"),
  data.space && `${count(data.functions, "function", "functions")} of ${data.space}`,
  data.repeated && count(data.repeated, "repeated row left out", "repeated rows left out"),
  data.unreadable && `${data.unreadable.toLocaleString("en")} not of the space`,
  count(data.runs.length, "run", "runs"), data.benchmark && `accuracies of ${data.benchmark}`].filter(Boolean).join("; ") + ".";
for (const part of [leaderboard, scatter, correlations, cost, pareto, redundancy, drawings, contributions, provenance]) part();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraws.forEach((draw) => draw()));
