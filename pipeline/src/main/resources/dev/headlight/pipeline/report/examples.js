/** Attention weights of example sequences: as a matrix, and as arcs between tokens. */
const pattern = { example: null, head: null, token: null };

function hasExample(id, attention, layer, head) {
  return (data.examples || []).some((example) => example.id === id &&
    example.heads.some((entry) => entry.attention === attention && entry.layer === layer && entry.head === head));
}

function weightsOf(head) {
  if (!head.decoded) {
    const bytes = atob(head.weights);
    head.decoded = Float32Array.from(bytes, (byte) => { const root = byte.charCodeAt(0) / 255; return root * root; });
  }
  return head.decoded;
}

function headName(head) { return head.attention + " layer " + head.layer + " head " + head.head; }

function tokenText(example, i, count) {
  const token = example.tokens && example.tokens.length === count ? example.tokens[i] : null;
  return token === null || token === undefined || token === "" ? "#" + i : token;
}

function showExamples() {
  const examples = (data.examples || []).filter((example) => example.heads.length > 0);
  if (examples.length === 0) return;
  const box = section("examples", "Examples",
    "What a head does in one sequence. Rows are queries, columns keys. Choose a token (or use the arrow keys in the line of tokens) to see where it looks.");
  const name = (example) => [example.id, ...Object.values(example.kept), example.n_tokens + " tokens"].join(" · ");
  const sequenceChoice = select("sequence", examples.map((example, i) => ({ value: String(i), text: name(example) })),
    (value) => { pattern.token = null; choose(examples[Number(value)], headName(pattern.head)); });
  const headChoice = select("head", [], (value) => { choose(pattern.example, value); });
  const map = element("div", { class: "chart pattern", id: "pattern-map" });
  const tokens = element("div", { class: "tokens", id: "pattern-tokens", tabindex: "0", role: "application", "aria-label": "Tokens; left and right choose a query" });
  const told = element("p", { id: "pattern-told", "aria-live": "polite" });
  box.append(element("div", { class: "controls" }, sequenceChoice.label, headChoice.label), map, told, tokens);
  let drawn = null;
  function choose(example, wanted) {
    pattern.example = example;
    pattern.head = example.heads.find((head) => headName(head) === wanted) || example.heads[0];
    pattern.token = Math.min(pattern.token ?? firstToken(pattern.head), pattern.head.queries - 1);
    sequenceChoice.list.value = String(examples.indexOf(example));
    headChoice.list.replaceChildren(...example.heads.map((head) => element("option", { value: headName(head), text: headName(head) })));
    headChoice.list.value = headName(pattern.head);
    if (drawn) drawn.draw();
    drawTokens(tokens, told, (token) => { pattern.token = token; choose(example, headName(pattern.head)); });
  }
  tokens.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    pattern.token = Math.max(0, Math.min(pattern.head.queries - 1, pattern.token + step));
    choose(pattern.example, headName(pattern.head));
  });
  window.showExample = (id, attention, layer, head) => {
    const example = examples.find((candidate) => candidate.id === id);
    if (!example) return;
    pattern.token = null;
    choose(example, headName({ attention, layer, head }));
    document.getElementById("examples").scrollIntoView();
  };
  const strongest = firstExample(examples);
  choose(strongest.example, strongest.head);
  drawn = chart(map, patternOptions);
}

/** Weight that goes neither to the first token nor to the token itself, where heads rest: mean over queries. */
function movement(head) {
  let sum = 0;
  weightsOf(head).forEach((weight, i) => { const key = i % head.keys; if (key !== 0 && key !== Math.floor(i / head.keys)) sum += weight; });
  return sum / head.queries;
}

/** The sequence in which the first head of the atlas's most telling label has most to show. */
function firstExample(examples) {
  const labels = data.atlas ? data.atlas.labels : [];
  for (const wanted of ["induction", "duplicate token", "previous token"]) {
    const place = (labels.find((entry) => entry.label === wanted) || { heads: [] }).heads[0];
    if (!place) continue;
    const found = examples.map((example) => ({ example, head: example.heads.find((head) =>
      head.attention === place.attention && head.layer === place.layer && head.head === place.head) })).filter((entry) => entry.head);
    found.sort((a, b) => movement(b.head) - movement(a.head));
    if (found.length > 0) return { example: found[0].example, head: headName(found[0].head) };
  }
  return { example: examples[0], head: headName(examples[0].heads[0]) };
}

/** The query that looks hardest at another token than the first. */
function firstToken(head) {
  let best = head.queries - 1, most = 0;
  weightsOf(head).forEach((weight, i) => {
    const key = i % head.keys, query = Math.floor(i / head.keys);
    if (key !== 0 && key !== query && weight >= most) { most = weight; best = query; }
  });
  return best;
}

function patternOptions(color) {
  const { example, head } = pattern;
  const weights = weightsOf(head);
  const cells = [];
  weights.forEach((weight, i) => { if (weight > 0) cells.push([i % head.keys, Math.floor(i / head.keys), weight]); });
  const labels = (count) => [...Array(count).keys()].map((i) => tokenText(example, i, count));
  const hidden = { color: color.faint, fontSize: 10, hideOverlap: true, formatter: (text) => text.length > 8 ? text.slice(0, 8) + "…" : text };
  return Object.assign(common(color), {
    grid: { left: 70, right: 12, top: 50, bottom: 40 },
    xAxis: axis(color, { type: "category", position: "top", data: labels(head.keys), axisLabel: Object.assign({ rotate: 90 }, hidden) }),
    yAxis: axis(color, { type: "category", inverse: true, data: labels(head.queries), axisLabel: hidden }),
    visualMap: { min: 0, max: 1, orient: "horizontal", left: "center", bottom: 0, itemHeight: 150, itemWidth: 12, inRange: { color: [color.back, ...scale()] },
      textStyle: { color: color.faint }, text: ["1", "0"], calculable: false },
    series: [{ type: "heatmap", data: cells, progressive: 0, tooltip: { formatter: (cell) =>
      "query " + cell.value[1] + " " + tokenText(example, cell.value[1], head.queries) + "\nkey " + cell.value[0] + " " +
      tokenText(example, cell.value[0], head.keys) + "\nweight " + number(cell.value[2]) } }],
  });
}

/** The tokens of the keys in a line, and arcs from the chosen query to where it looks. */
function drawTokens(box, told, choose) {
  const { example, head } = pattern;
  const weights = weightsOf(head);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const texts = [...Array(head.keys).keys()].map((i) => tokenText(example, i, head.keys));
  const middles = [];
  let x = 4;
  for (const text of texts) { const width = Math.max(12, 7.4 * [...text].length); middles.push(x + width / 2); x += width + 8; }
  const height = 130, base = 100;
  svg.setAttribute("width", String(x));
  svg.setAttribute("height", String(height));
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "Attention of token " + pattern.token);
  const self = head.queries === head.keys;
  const from = self ? middles[pattern.token] : 4;
  const row = [...weights.slice(pattern.token * head.keys, (pattern.token + 1) * head.keys)].map((weight, key) => ({ weight, key }));
  row.filter((entry) => entry.weight >= 0.01).forEach((entry) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const to = middles[entry.key], rise = Math.min(90, 12 + Math.abs(to - from) / 4);
    path.setAttribute("d", "M" + from + " " + base + " C" + from + " " + (base - rise) + " " + to + " " + (base - rise) + " " + to + " " + base);
    path.setAttribute("stroke-width", String(1 + 4 * entry.weight));
    path.setAttribute("stroke-opacity", String(0.15 + 0.85 * entry.weight));
    svg.append(path);
  });
  texts.forEach((text, i) => {
    const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
    label.setAttribute("x", String(middles[i]));
    label.setAttribute("y", String(base + 16));
    label.setAttribute("text-anchor", "middle");
    if (self && i === pattern.token) label.setAttribute("class", "selected");
    label.textContent = text;
    if (i < head.queries) label.addEventListener("click", () => choose(i));
    svg.append(label);
  });
  box.replaceChildren(svg);
  const most = row.sort((a, b) => b.weight - a.weight).slice(0, 3);
  told.textContent = headName(head) + ", token " + pattern.token + " " + tokenText(example, pattern.token, head.queries) + " looks at " +
    most.map((entry) => entry.key + " " + texts[entry.key] + " (" + number(entry.weight) + ")").join(", ");
  const shift = middles[self ? pattern.token : 0] - box.clientWidth / 2;
  box.scrollLeft = Math.max(0, shift);
}
