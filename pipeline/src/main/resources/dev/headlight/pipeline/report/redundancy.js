/** Divergence between the heads of a layer. */
function showRedundancy() {
  const pairs = data.atlas && data.atlas.divergence ? data.atlas.divergence : [];
  if (pairs.length === 0) return;
  const box = section("redundancy", "Redundancy",
    "Mean Jensen-Shannon divergence between the patterns of two heads of a layer, in nats: 0 is the same, 0.69 nothing in common.");
  const layers = unique(pairs.map((pair) => pair.attention + " layer " + pair.layer));
  const shown = { layer: layers[0] };
  const choice = select("layer", layers, (value) => { shown.layer = value; drawn.draw(); });
  const map = element("div", { class: "chart", id: "redundancy-map" });
  box.append(element("div", { class: "controls" }, choice.label), map);
  const redundant = data.atlas.redundant || [];
  box.append(element("p", { text: redundant.length === 0
    ? "No two heads of a layer are closer than " + data.atlas.redundant_at_most + " nats."
    : "Redundant, closer than " + data.atlas.redundant_at_most + " nats: " + redundant.slice(0, 20).map((pair) =>
      pair.layer + "." + pair.head + " and " + pair.layer + "." + pair.other + " (" + number(pair.divergence) + ")").join(", ") +
      (redundant.length > 20 ? " and " + (redundant.length - 20) + " more pairs" : "") }));
  const drawn = chart(map, (color) => redundancyOptions(color, pairs.filter((pair) => pair.attention + " layer " + pair.layer === shown.layer)));
}

function redundancyOptions(color, pairs) {
  const heads = 1 + Math.max(...pairs.map((pair) => pair.other));
  const cells = [];
  pairs.forEach((pair) => cells.push([pair.head, pair.other, pair.divergence], [pair.other, pair.head, pair.divergence]));
  for (let head = 0; head < heads; head++) cells.push([head, head, 0]);
  return Object.assign(common(color), {
    grid: { left: 44, right: 12, top: 12, bottom: 78 },
    xAxis: axis(color, { type: "category", name: "head", nameLocation: "middle", nameGap: 22, data: [...Array(heads).keys()] }),
    yAxis: axis(color, { type: "category", name: "head", inverse: true, data: [...Array(heads).keys()] }),
    visualMap: { min: 0, max: Math.max(0.01, ...pairs.map((pair) => pair.divergence)), calculable: !narrow(), orient: "horizontal", left: "center",
      bottom: 0, itemHeight: narrow() ? 120 : 220, inRange: { color: scale().slice().reverse() }, textStyle: { color: color.faint }, formatter: number },
    series: [{ type: "heatmap", data: cells, progressive: 0,
      tooltip: { formatter: (cell) => "heads " + cell.value[0] + " and " + cell.value[1] + "\n" + number(cell.value[2]) + " nats" } }],
  });
}
