/** Embeddings on their first two principal components. */
function showEmbeddings() {
  const map = data.embeddings;
  if (!map) return;
  const box = section("embeddings", "Embeddings", map.points.length.toLocaleString("en") + " of " + Number(map.sequences).toLocaleString("en") +
    " sequences on the first two principal components, which hold " + map.explained.map((part) => number(100 * part) + " %").join(" and ") + " of the variance.");
  const columns = Object.keys(map.columns);
  const preferred = columns.find((name) => name !== "truncated");
  const shown = { column: preferred || columns[0] || "" };
  const area = element("div", { class: "chart", id: "embeddings-map" });
  if (columns.length > 0) {
    const choice = select("colour", columns, (value) => { shown.column = value; drawn.draw(); });
    choice.list.value = shown.column;
    box.append(element("div", { class: "controls" }, choice.label));
  }
  box.append(area);
  const drawn = chart(area, (color) => {
    const values = map.columns[shown.column] || map.points.map(() => "");
    const series = unique(values).sort().map((value, i) => ({ name: value, type: "scatter", symbolSize: 5, color: palette[i % palette.length],
      itemStyle: { opacity: 0.75 }, data: map.points.filter((_, point) => values[point] === value).map((point) => [point[1], point[2], point[0]]),
      tooltip: { formatter: (item) => item.value[2] + "\n" + value } }));
    return Object.assign(common(color), {
      grid: { left: 50, right: 16, top: 40, bottom: 40 },
      legend: { top: 0, type: "scroll", textStyle: { color: color.text } },
      xAxis: axis(color, { type: "value", scale: true, name: "component 1", nameLocation: "middle", nameGap: 22, axisLabel: { color: color.faint, formatter: number } }),
      yAxis: axis(color, { type: "value", scale: true, axisLabel: { color: color.faint, formatter: number } }),
      series });
  });
}
