/** Heat maps layer x head, and what is known of a chosen head. */
const chosen = { attention: null, statistic: null, measure: "mean", group: "", layer: 0, head: 0 };
const measures = ["mean", "stddev", "min", "p05", "p25", "p50", "p75", "p95", "max"];

function headTable(attention, statistic, group) {
  return data.heads.find((table) => table.attention === attention && table.statistic === statistic && (table.group || "") === group);
}

function unique(values) { return [...new Set(values)]; }

function showHeads() {
  if (!data.heads || data.heads.length === 0) return;
  const box = section("heads", "Heads",
    "A statistic of every layer and head over the corpus. Choose a cell by pointing or with the arrow keys.");
  const attentions = unique(data.heads.map((table) => table.attention));
  const statistics = unique(data.heads.map((table) => table.statistic));
  const groups = unique(data.heads.map((table) => table.group || ""));
  chosen.attention = attentions[0];
  chosen.statistic = statistics.includes("induction_mass") ? "induction_mass" : statistics[0];
  const first = headTable(chosen.attention, chosen.statistic, "");
  const best = first.mean.reduce((index, value, i) => (value ?? -1e99) > (first.mean[index] ?? -1e99) ? i : index, 0);
  chosen.layer = Math.floor(best / first.heads);
  chosen.head = best % first.heads;
  const map = element("div", { class: "chart", id: "heads-map", tabindex: "0", role: "application",
    "aria-label": "Heat map of layers and heads; arrow keys choose a cell" });
  const details = element("div", { class: "details", id: "head-details", "aria-live": "polite" });
  const values = element("div", {}, element("h3", { text: "Values over the corpus" }));
  const spread = element("div", { class: "chart", id: "heads-spread" });
  const statisticChoice = select("statistic", statistics, (value) => { chosen.statistic = value; redraw(); });
  statisticChoice.list.value = chosen.statistic;
  statisticChoice.list.id = "statistic-choice";
  const choices = [statisticChoice, select("measure", measures, (value) => { chosen.measure = value; redraw(); })];
  if (attentions.length > 1) choices.push(select("attention", attentions, (value) => { chosen.attention = value; redraw(); }));
  if (groups.length > 1) {
    choices.push(select(data.group_column, groups.map((value) => ({ value, text: value === "" ? "(all)" : value })),
      (value) => { chosen.group = value; redraw(); }));
  }
  box.append(element("div", { class: "controls" }, ...choices.map((choice) => choice.label)),
    element("div", { class: "columns" }, element("div", {}, map), element("div", {}, details), values,
      element("div", {}, element("h3", { text: "Heads of the layer" }), spread)));
  const mapChart = chart(map, mapOptions);
  const redrawValues = histogram(values, "heads-histogram", () => chosenValues(groups));
  const spreadChart = chart(spread, spreadOptions);
  function redraw() {
    const table = headTable(chosen.attention, chosen.statistic, chosen.group);
    if (table) {
      chosen.layer = Math.min(chosen.layer, table.layers.length - 1);
      chosen.head = Math.min(chosen.head, table.heads - 1);
    }
    mapChart.draw();
    spreadChart.draw();
    redrawValues();
    describe(details);
  }
  mapChart.instance.on("click", (event) => {
    if (event.value) { [chosen.head, chosen.layer] = event.value; redraw(); }
  });
  map.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const table = headTable(chosen.attention, chosen.statistic, chosen.group);
    if (!step || !table) return;
    event.preventDefault();
    chosen.layer = Math.max(0, Math.min(table.layers.length - 1, chosen.layer + step[0]));
    chosen.head = Math.max(0, Math.min(table.heads - 1, chosen.head + step[1]));
    redraw();
  });
  window.chooseHead = (attention, layer, head, statistic) => {
    const table = headTable(attention, statistic || chosen.statistic, "") || headTable(attention, chosen.statistic, "");
    if (!table) return;
    Object.assign(chosen, { attention, statistic: table.statistic, layer: table.layers.indexOf(layer), head });
    statisticChoice.list.value = chosen.statistic;
    redraw();
  };
  window.describeHead = () => describe(details);
}

/** What the histogram shows: the chosen cell, and the same cell of other subsets. */
function chosenValues(groups) {
  const place = (table) => {
    const row = table ? table.layers.indexOf(chosenLayer()) : -1;
    return row < 0 || chosen.head >= table.heads ? -1 : row * table.heads + chosen.head;
  };
  const chosenTable = headTable(chosen.attention, chosen.statistic, chosen.group);
  const others = groups.map((name, at) => ({ name, tone: palette[at % palette.length], table: headTable(chosen.attention, chosen.statistic, name) }))
    .filter((other) => other.name !== "" && other.name !== chosen.group);
  return { table: chosenTable, i: place(chosenTable), others: others.map((other) => ({ ...other, i: place(other.table) })),
    title: chosen.statistic + ", " + chosen.attention + " layer " + chosenLayer() + " head " + chosen.head + (chosen.group ? ", " + chosen.group : "") };
}

function chosenLayer() {
  const table = headTable(chosen.attention, chosen.statistic, chosen.group) || headTable(chosen.attention, chosen.statistic, "");
  return table ? table.layers[chosen.layer] : chosen.layer;
}

function mapOptions(color) {
  const table = headTable(chosen.attention, chosen.statistic, chosen.group);
  const values = table ? table[chosen.measure] : [];
  const cells = values.map((value, i) => [i % table.heads, Math.floor(i / table.heads), value]).filter((cell) => cell[2] !== null);
  const known = cells.map((cell) => cell[2]);
  let low = known.length ? Math.min(...known) : 0, high = known.length ? Math.max(...known) : 1;
  if (low === high) high = low + (Math.abs(low) || 1) * 1e-3;
  return Object.assign(common(color), {
    grid: { left: 44, right: 12, top: 24, bottom: 78 },
    xAxis: axis(color, { type: "category", name: "head", nameLocation: "middle", nameGap: 22, data: table ? [...Array(table.heads).keys()] : [] }),
    yAxis: axis(color, { type: "category", name: "layer", inverse: true, data: table ? table.layers : [] }),
    visualMap: { min: low, max: high, calculable: !narrow(), orient: "horizontal", left: "center", bottom: 0, itemHeight: narrow() ? 120 : 220,
      seriesIndex: 0, inRange: { color: scale() }, textStyle: { color: color.faint }, formatter: number },
    series: [
      { type: "heatmap", data: cells, progressive: 0,
        tooltip: { formatter: (cell) => cellText(table, cell.value[1], cell.value[0]) },
        emphasis: { itemStyle: { borderColor: color.text, borderWidth: 2 } } },
      // Of two rings one can be seen on any colour.
      ...[["#ffffff", 15], [color.mark, 10]].map(([ring, size]) => ({ type: "scatter", data: [[chosen.head, chosen.layer]], symbol: "rect",
        silent: true, symbolSize: size, itemStyle: { color: "transparent", borderColor: ring, borderWidth: 3 } })),
    ],
  });
}

function cellText(table, row, head) {
  const i = row * table.heads + head;
  return [table.attention + " layer " + table.layers[row] + " head " + head, table.statistic,
    "mean " + number(table.mean[i]) + " ± " + number(table.stddev[i]),
    "quartiles " + [table.p25, table.p50, table.p75].map((values) => number(values[i])).join(" · "),
    "range " + number(table.min[i]) + " to " + number(table.max[i]),
    Number(table.count[i]).toLocaleString("en") + " sequences"].join("\n");
}

function describe(box) {
  const table = headTable(chosen.attention, chosen.statistic, chosen.group);
  box.replaceChildren();
  if (!table) { box.append(element("p", { text: "This statistic is not there for this attention." })); return; }
  const i = chosen.layer * table.heads + chosen.head;
  const [title, ...rest] = cellText(table, chosen.layer, chosen.head).split("\n");
  box.append(element("h3", { text: title }), ...rest.map((line) => element("p", { text: line })));
  const labels = (data.atlas ? data.atlas.heads : []).filter((entry) =>
    entry.attention === table.attention && entry.layer === table.layers[chosen.layer] && entry.head === chosen.head);
  labels.forEach((entry) => box.append(element("p", {}, "Labels: ",
    ...entry.labels.map((label) => element("span", { class: "tag", text: label.label })))));
  const highest = table.highest ? table.highest[i] : [];
  if (highest && highest.length) {
    const list = element("ul", {});
    for (const [id, value] of highest) {
      const item = element("li", {}, element("span", { text: id + " (" + number(value) + ")" }));
      if (window.showExample && hasExample(id, table.attention, table.layers[chosen.layer], chosen.head)) {
        const { attention } = table, layer = table.layers[chosen.layer], head = chosen.head;
        item.append(" ", element("button", { type: "button", class: "to-example", text: "pattern",
          onclick: () => window.showExample(id, attention, layer, head) }));
      }
      list.append(item);
    }
    box.append(element("p", { text: "Sequences with the highest values:" }), list);
  }
}

/** Of all heads of the layer that is chosen: least, quartiles, largest. */
function spreadOptions(color) {
  const table = headTable(chosen.attention, chosen.statistic, chosen.group);
  const boxes = [], names = [];
  if (table) {
    for (let head = 0; head < table.heads; head++) {
      const i = chosen.layer * table.heads + head;
      const values = [table.p05, table.p25, table.p50, table.p75, table.p95].map((list) => list[i]);
      names.push(head);
      boxes.push(values.includes(null) ? [] : values);
    }
  }
  return Object.assign(common(color), {
    grid: { left: 56, right: 12, top: 30, bottom: 44 },
    title: { text: table ? "layer " + table.layers[chosen.layer] + ": 5 %, quartiles, 95 %" : "", left: "center",
      textStyle: { color: color.faint, fontSize: 12, fontWeight: "normal" } },
    xAxis: axis(color, { type: "category", name: "head", nameLocation: "middle", nameGap: 24, data: names }),
    yAxis: axis(color, { type: "value", scale: true, axisLabel: { color: color.faint, formatter: number } }),
    series: [{ type: "boxplot", data: boxes, itemStyle: { color: color.panel, borderColor: color.accent },
      tooltip: { formatter: (item) => table ? cellText(table, chosen.layer, item.dataIndex) : "" } }],
  });
}
