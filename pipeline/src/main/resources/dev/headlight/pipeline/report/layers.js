/** Curves over the layers: of statistics of layers as they are, of statistics of heads the mean of a layer's heads. */
function showLayers() {
  const curves = layerCurves();
  const names = unique(curves.map((curve) => curve.statistic));
  if (names.length === 0) return;
  const box = section("layers", "Layers",
    "Statistics along the depth of the model. In statistics of the residual stream 0 is the embedding, i the output of block i.");
  const wanted = ["entropy", "mean_distance", "residual_norm", "mean_cosine"].filter((name) => names.includes(name));
  const grid = element("div", { class: "columns" });
  box.append(grid);
  (wanted.length ? wanted : names.slice(0, 2)).forEach((name, i) => {
    const shown = { name };
    const area = element("div", { class: "chart", id: "layers-" + i });
    const choice = select("statistic", names, (value) => { shown.name = value; drawn.draw(); });
    choice.list.value = name;
    grid.append(element("div", {}, element("div", { class: "controls" }, choice.label), area));
    const drawn = chart(area, (color) => layerOptions(color, curves.filter((curve) => curve.statistic === shown.name)));
  });
  if (data.layers && data.layers.length > 0) showLayerValues(box);
}

/** A statistic of a layer over the sequences. */
function showLayerValues(box) {
  const tables = data.layers, groups = unique(tables.map((table) => table.group || ""));
  const name = (table) => table.attention + " " + table.statistic;
  const kinds = unique(tables.map(name));
  const shown = { kind: kinds.find((kind) => kind.endsWith(" residual_norm")) || kinds[0], layer: -1, group: "" };
  const find = (group) => tables.find((table) => name(table) === shown.kind && (table.group || "") === group);
  const layers = () => (find(shown.group) || find("") || { layers: [] }).layers;
  const layerChoice = select("layer", [], (value) => { shown.layer = Number(value); redraw(); });
  layerChoice.list.id = "layer-values-layer";
  const statisticChoice = select("statistic", kinds, (value) => { shown.kind = value; fillLayers(); redraw(); });
  statisticChoice.list.value = shown.kind;
  statisticChoice.list.id = "layer-values-statistic";
  const choices = [statisticChoice, layerChoice];
  if (groups.length > 1) {
    choices.push(select(data.group_column, groups.map((value) => ({ value, text: value === "" ? "(all)" : value })),
      (value) => { shown.group = value; fillLayers(); redraw(); }));
  }
  function fillLayers() {
    layerChoice.list.replaceChildren(...layers().map((layer) => element("option", { value: layer, text: layer })));
    if (!layers().includes(shown.layer)) shown.layer = layers()[layers().length - 1];
    layerChoice.list.value = shown.layer;
  }
  fillLayers();
  const values = element("div", { class: "limited" });
  box.append(element("h3", { text: "Values over the corpus" }), element("div", { class: "controls" }, ...choices.map((choice) => choice.label)), values);
  const place = (table) => table ? table.layers.indexOf(shown.layer) : -1;
  const redraw = histogram(values, "layers-histogram", () => ({ table: find(shown.group), i: place(find(shown.group)),
    title: shown.kind + ", layer " + shown.layer + (shown.group ? ", " + shown.group : ""),
    others: groups.map((group, at) => ({ name: group, tone: palette[at % palette.length], table: find(group), i: place(find(group)) }))
      .filter((other) => other.name !== "" && other.name !== shown.group) }));
}

function layerCurves() {
  const curves = (data.layers || []).map((table) => ({ statistic: table.statistic, group: table.group || "",
    name: [table.attention, table.group].filter(Boolean).join(" "),
    points: table.layers.map((layer, i) => [layer, table.mean[i], table.p05[i], table.p95[i]]) }));
  for (const table of data.heads || []) {
    if (table.group) continue;
    const points = table.layers.map((layer, row) => {
      const values = table.mean.slice(row * table.heads, (row + 1) * table.heads).filter((value) => value !== null);
      const mean = values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
      return [layer, mean, values.length ? Math.min(...values) : null, values.length ? Math.max(...values) : null];
    });
    curves.push({ statistic: table.statistic, group: "", name: table.attention + ", mean of heads", points, heads: true });
  }
  return curves;
}

function layerOptions(color, curves) {
  const series = [];
  curves.forEach((curve, i) => {
    const tone = palette[i % palette.length];
    series.push({ name: curve.name, type: "line", data: curve.points.map((point) => [point[0], point[1]]), color: tone, symbolSize: 7,
      tooltip: { formatter: (item) => curve.name + "\nlayer " + item.value[0] + ": " + number(item.value[1]) } });
    if (curves.length <= 3) {
      [2, 3].forEach((column) => series.push({ name: curve.name, type: "line", color: tone, symbol: "none", silent: true,
        lineStyle: { type: "dotted", width: 1 }, data: curve.points.map((point) => [point[0], point[column]]) }));
    }
  });
  const range = curves.some((curve) => curve.heads) ? "dotted: least and largest head" : "dotted: 5 % and 95 % of the sequences";
  return Object.assign(common(color), {
    grid: { left: 60, right: 16, top: 44, bottom: curves.length <= 3 ? 60 : 44 },
    title: { text: curves.length <= 3 ? range : "", left: "center", bottom: 0, textStyle: { color: color.faint, fontSize: 12, fontWeight: "normal" } },
    legend: { top: 0, type: "scroll", textStyle: { color: color.text }, data: unique(curves.map((curve) => curve.name)) },
    xAxis: axis(color, { type: "value", minInterval: 1, name: "layer", nameLocation: "middle", nameGap: 22 }),
    yAxis: axis(color, { type: "value", scale: true, axisLabel: { color: color.faint, formatter: number } }),
    series,
  });
}
