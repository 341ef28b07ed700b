/** The explorer of results: a drawing and a table of one choice of metric, depth and genre. */
const root = document.getElementById("explorer-scores");
const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
const find = (name) => root.querySelector(`.explorer-${name}`);
const [metrics, networks, depths, genres] = ["metric", "network", "depth", "genre"].map(find);
const pair = [...root.querySelectorAll(".explorer-scale")];
const drawing = find("drawing");
const ALL = "all";
const ROW = 26; // height of a row of the drawing
const SIZE = 5; // half of a mark
const MINUS = "\u2212";

const number = (value) => (value === null ? "\u2013" : value.toFixed(3).replace("-", MINUS));
const signed = (value) => (value === null ? "\u2013" : `${value > 0 ? "+" : ""}${number(value)}`);
const mean = (list) => (list.length ? list.reduce((sum, one) => sum + one, 0) / list.length : null);
const depthWords = (depth) => (depth ? `ResNet${depth}` : "no depth");

function offer(select, choices) {
  const kept = select.value;
  select.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === kept)) select.value = kept;
}

function element(tag, text = null, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function drawn(tag, attributes, parent, text = null) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

const SHAPES = {
  s: "M-1-1H1V1H-1Z", "^": "M0-1.2L1.2 1H-1.2Z", v: "M0 1.2L1.2-1H-1.2Z",
  "<": "M-1.2 0L1-1.2V1.2Z", ">": "M1.2 0L-1-1.2V1.2Z",
  P: "M-.45-1.2H.45V-.45H1.2V.45H.45V1.2H-.45V.45H-1.2V-.45H-.45Z",
  X: "M-1.2-.6L-.6-1.2L0-.6L.6-1.2L1.2-.6L.6 0L1.2.6L.6 1.2L0 .6L-.6 1.2L-1.2 .6L-.6 0Z",
  p: "M0-1.2L1.2-.3L.75 1.1H-.75L-1.2-.3Z",
};

function mark(scale, x, y, parent) {
  const look = { class: "mark", fill: scale.color };
  if (!(scale.mark in SHAPES)) return drawn("circle", { ...look, cx: x, cy: y, r: SIZE }, parent);
  const transform = `translate(${x} ${y}) scale(${SIZE})`;
  return drawn("path", { ...look, d: SHAPES[scale.mark], transform, "vector-effect": "non-scaling-stroke" }, parent);
}

/** Means over cells that every scale with any value has. */
function average(cells) {
  const has = data.scales.map((_, at) => cells.some((cell) => cell[at] !== null));
  const whole = cells.filter((cell) => cell.every((value, at) => value !== null || !has[at]));
  return data.scales.map((_, at) => (has[at] ? mean(whole.map((cell) => cell[at])) : null));
}

function difference(values) {
  const [first, second] = pair.map((select) => values[select.value]);
  return [first, second].includes(null) || data.scales.length < 2 ? null : first - second;
}

/** What is asked for: rows, each with a name and a value a scale. */
function rowsShown() {
  const network = data.networks[networks.value];
  const values = network.values[metrics.value];
  const places = depths.value === ALL ? network.depths.map((_, at) => at) : [+depths.value];
  const ofGenre = (genre, some) => average(some.map((depth) => values[depth][genre]));
  if (genres.value === ALL) {
    return data.genres.map(({ name, songs }, at) => (
      { label: name, name: songs === null ? name : `${name} (${songs})`, values: ofGenre(at, places) }));
  }
  return places.map((at) => (
    { label: depthWords(network.depths[at]), name: depthWords(network.depths[at]),
      values: ofGenre(+genres.value, [at]) }));
}

/** Steps of an axis that holds all values of a metric, the same for every choice. */
function axisOf(metric) {
  const all = data.networks.flatMap((network) => network.values[metric].flat(2));
  const known = all.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const rough = Math.max(high - low, 0.01) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough);
  const from = Math.floor(low / step) * step;
  const steps = Math.ceil((high - from) / step - 1e-9) || 1;
  return { from, to: from + steps * step, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    ticks: Array.from({ length: steps + 1 }, (_, at) => from + at * step) };
}

function draw(rows) {
  const width = Math.max(drawing.clientWidth, 260);
  const left = Math.min(0.4 * width, 190);
  const axis = axisOf(metrics.value);
  const place = (value) => left + ((value - axis.from) / (axis.to - axis.from)) * (width - left - 22);
  const height = ROW * rows.length;
  const words = data.metrics.find(({ name }) => name === metrics.value).words;
  const svg = drawn("svg", {
    viewBox: `0 0 ${width} ${height + 44}`, height: height + 44, role: "img",
    "aria-label": `${words}, a line of marks for each row of the table below`,
  }, document.createDocumentFragment());
  for (const tick of axis.ticks) {
    const x = place(tick);
    drawn("line", { class: "grid", x1: x, x2: x, y1: 0, y2: height + 4 }, svg);
    drawn("text", { x, y: height + 19, "text-anchor": "middle" }, svg, tick.toFixed(axis.digits));
  }
  drawn("text", { x: (left + width - 22) / 2, y: height + 38, "text-anchor": "middle" }, svg, words);
  rows.forEach(({ label, values }, at) => {
    const y = (at + 0.5) * ROW;
    const known = values.filter((value) => value !== null);
    const most = Math.floor(left / 7.2);
    const short = label.length > most ? `${label.slice(0, most - 1)}\u2026` : label;
    const text = drawn("text", { x: left - 14, y: y + 4, "text-anchor": "end" }, svg, short);
    drawn("title", {}, text, label);
    if (known.length > 1) {
      const [x1, x2] = [Math.min(...known), Math.max(...known)].map(place);
      drawn("line", { class: "span", x1, x2, y1: y, y2: y }, svg);
    }
    values.forEach((value, i) => {
      const shift = (i - (values.length - 1) / 2) * (6 / Math.max(values.length - 1, 1));
      if (value !== null) mark(data.scales[i], place(value), y + shift, svg); // none hides another
    });
  });
  drawing.replaceChildren(svg);
}

function tableRow(name, values) {
  const row = element("tr");
  row.append(element("th", name, { scope: "row" }), ...values.map((value) => element("td", number(value))));
  if (data.scales.length > 1) row.append(element("td", signed(difference(values))));
  return row;
}

function tabulate(rows, caption) {
  const table = element("table");
  const head = element("tr");
  const names = data.scales.map(({ name }) => name);
  const titles = [genres.value === ALL ? "Genre (test songs)" : "Depth", ...names];
  if (names.length > 1) titles.push(pair.map((select) => names[select.value]).join(` ${MINUS} `));
  head.append(...titles.map((title) => element("th", title, { scope: "col" })));
  const [top, body, foot] = ["thead", "tbody", "tfoot"].map((tag) => element(tag));
  top.append(head);
  body.append(...rows.map(({ name, values }) => tableRow(name, values)));
  if (rows.length > 1) foot.append(tableRow("mean", average(rows.map(({ values }) => values))));
  table.append(element("caption", caption), top, body, foot);
  find("table").replaceChildren(table);
}

function sentence(rows, what) {
  const names = data.scales.map(({ name }) => name);
  const overall = average(rows.map(({ values }) => values));
  const said = names.map((name, at) => `${name} ${number(overall[at])}`).join(", ");
  const gaps = rows.map(({ values }) => difference(values)).filter((gap) => gap !== null);
  if (!gaps.length) return `${what}: ${said}.`;
  const [first, second] = pair.map((select) => names[select.value]);
  const unit = genres.value === ALL ? "genres" : "depths";
  const above = gaps.filter((gap) => gap > 0).length;
  const below = gaps.filter((gap) => gap < 0).length;
  const counted = gaps.length > 1 ? ` ${first} is higher in ${above} of ${gaps.length} ${unit}, ${second} in ${below}.` : "";
  return `${what}: ${said}; ${first} ${MINUS} ${second} = ${signed(mean(gaps))}.${counted}`;
}

function show() {
  const network = data.networks[networks.value];
  const words = data.metrics.find(({ name }) => name === metrics.value).words;
  const depth = depths.value === ALL ? `mean of ${network.depths.length} depths` : depthWords(network.depths[depths.value]);
  const where = genres.value === ALL ? depth : `${data.genres[genres.value].name}, ${
    depths.value === ALL ? `${network.depths.length} depths` : depth}`;
  const rows = rowsShown();
  draw(rows);
  tabulate(rows, `${words}, ${network.words}, ${where}`);
  find("status").textContent = sentence(rows, `${words}, ${where}`);
}

function offerDepths() {
  const own = data.networks[networks.value].depths;
  const each = own.map((depth, at) => [`${at}`, depthWords(depth)]);
  offer(depths, own.length > 1 ? [[ALL, "all, on average"], ...each] : each);
}

function start() {
  offer(metrics, data.metrics.map(({ name, words }) => [name, words]));
  if (data.metrics.some(({ name }) => name === "f1")) metrics.value = "f1";
  offer(networks, data.networks.map(({ words }, at) => [`${at}`, words]));
  offer(genres, [[ALL, "all, one a row"], ...data.genres.map(({ name }, at) => [`${at}`, name])]);
  pair.forEach((select, place) => {
    offer(select, data.scales.map(({ name }, at) => [`${at}`, name]));
    select.value = `${Math.min(place, data.scales.length - 1)}`;
    select.closest(".explorer-pair").hidden = data.scales.length < 3;
  });
  offerDepths();
  for (const scale of data.scales) {
    const item = element("li");
    mark(scale, 7, 7, drawn("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, item));
    item.append(element("span", scale.name));
    find("key").append(item);
  }
  for (const select of [metrics, depths, genres, ...pair]) select.addEventListener("change", show);
  networks.addEventListener("change", () => { offerDepths(); show(); });
  find("content").hidden = false;
  show();
  new ResizeObserver(() => drawing.clientWidth && draw(rowsShown())).observe(drawing);
}

start();
