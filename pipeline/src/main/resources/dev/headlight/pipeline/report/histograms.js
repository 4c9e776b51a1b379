/** How the values of a statistic are spread over the sequences of the corpus. */
const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const mostOutlines = 8;

/** Bins of a cell of a table, or null. Counts that were too large for the page are known but for their common factor. */
function distribution(table, i) {
  const stored = table && table.histogram ? table.histogram[i] : null;
  if (!stored) return null;
  const [from, to, text] = stored;
  const levels = [];
  for (let at = 0; at < text.length; at += 2) levels.push(64 * base64.indexOf(text[at]) + base64.indexOf(text[at + 1]));
  const sum = levels.reduce((a, b) => a + b, 0), exact = sum === table.count[i];
  const counts = exact ? levels : levels.map((level) => Math.round(level / sum * table.count[i]));
  const bins = counts.length - 2;
  // Values that are all the same have a bar of some width around them.
  const pad = from < to ? 0 : Math.abs(from) * 0.02 || 0.01;
  return { from, to, pad, exact, count: table.count[i], below: counts[0], counts: counts.slice(1, -1), above: counts[bins + 1],
    edge: (bin) => pad ? from + (bin === 0 ? -pad : pad) : from + (to - from) * bin / bins };
}

/** A number with as many digits as tell apart those of a range. */
function within(value, span) {
  const digits = value !== 0 && span > 0 ? Math.ceil(Math.log10(Math.abs(value) / span)) + 3 : 4;
  return digits <= 4 ? number(Math.abs(value) < span * 1e-9 ? 0 : value) : Number(value.toPrecision(Math.min(digits, 12))).toString();
}

function tally(found, count) {
  return (found.exact || count < 100 ? "" : "about ") + count.toLocaleString("en") + (count === 1 ? " sequence" : " sequences");
}

function binRange(found, bin) {
  if (found.pad) return number(found.from);
  const span = found.to - found.from;
  return within(found.edge(bin), span) + " to " + within(found.edge(bin + 1), span);
}

/**
 * A histogram in a box.
 *
 * @param id of its chart; other elements are named after it
 * @param current what to show now: { table, i, title, others: [{ name, tone, table, i }] }
 */
function histogram(box, id, current) {
  const area = element("div", { class: "chart histogram", id, role: "img" });
  const told = element("p", { class: "note", id: id + "-told" });
  const rows = element("tbody", {});
  const list = element("details", {}, element("summary", { text: "Bins as a table" }), element("div", { class: "scroll" },
    element("table", { id: id + "-table" }, element("thead", {}, element("tr", {}, ...["from", "to", "sequences", "share"].map((text) =>
      element("th", { scope: "col", class: "number", text })))), rows)));
  const others = current().others;
  const beside = element("input", { type: "checkbox", id: id + "-beside", onchange: () => drawn.draw() });
  beside.checked = true;
  if (others.length > 0) box.append(element("label", { class: "check" }, beside, element("span", { text: "other subsets as lines" })));
  box.append(area, told, list);
  const drawn = chart(area, (color) => {
    const shown = current();
    return histogramOptions(color, beside.checked ? shown : { ...shown, others: [] });
  });
  function redraw() {
    const shown = current(), found = distribution(shown.table, shown.i);
    told.textContent = found ? aside(found, shown) : "There are no values to draw" +
      (shown.table && shown.table.count[shown.i] > 0 ? ": some of them are infinite." : ".");
    list.hidden = !found;
    rows.replaceChildren(...(found ? tableRows(found) : []));
    drawn.draw();
  }
  redraw();
  return redraw;
}

function tableRows(found) {
  const span = found.to - found.from;
  const cells = found.counts.map((count, bin) => [found.pad ? found.from : found.edge(bin), found.pad ? found.to : found.edge(bin + 1), count]);
  if (found.below) cells.unshift([null, found.from, found.below]);
  if (found.above) cells.push([found.to, null, found.above]);
  return cells.map(([from, to, count]) => element("tr", {}, ...[from === null ? "" : within(from, span), to === null ? "" : within(to, span),
    count.toLocaleString("en"), number(100 * count / found.count) + " %"].map((text) => element("td", { class: "number", text }))));
}

/** What a chart does not show. */
function aside(found, shown) {
  const parts = [];
  if (found.below) parts.push(tally(found, found.below) + " with lower values");
  if (found.above) parts.push(tally(found, found.above) + " with higher values");
  const { table, i } = shown;
  const far = parts.length ? " Not drawn, far away: " + parts.join(", ") + "; least " + number(table.min[i]) + ", mean " + number(table.mean[i]) + ", largest " + number(table.max[i]) + "." : "";
  return "Height: share of the sequences. Shaded: from the 5 % to the 95 % quantile of " + tally({ exact: true }, found.count) + "." + far;
}

/** The chart in words, for those who do not see it. */
function inWords(found, shown) {
  const { table, i } = shown, most = found.counts.indexOf(Math.max(...found.counts));
  return "Histogram of " + shown.title + " over " + tally({ exact: true }, found.count) + ". From " + number(table.min[i]) + " to " + number(table.max[i]) +
    ", mean " + number(table.mean[i]) + ", median " + number(table.p50[i]) + ", 5 % quantile " + number(table.p05[i]) +
    ", 95 % quantile " + number(table.p95[i]) + ". Highest bar: " + tally(found, found.counts[most]) + " at " + binRange(found, most) + ".";
}

function histogramOptions(color, shown) {
  const found = distribution(shown.table, shown.i);
  const options = Object.assign(common(color), { aria: { enabled: true, label: { description: found ? inWords(found, shown) : "No histogram" } },
    title: { text: shown.title, left: "center", textStyle: { color: color.faint, fontSize: 12, fontWeight: "normal", width: 320, overflow: "truncate" } } });
  if (!found) return options;
  const lines = outlines(found, shown.others);
  const span = found.to - found.from;
  return Object.assign(options, {
    grid: { left: 52, right: 52, top: 58, bottom: lines.length ? 54 : 28 },
    legend: { show: lines.length > 0, bottom: 0, type: "scroll", icon: "rect", itemHeight: 3,
      formatter: (name) => name.length > 24 ? [...name].slice(0, 23).join("") + "…" : name, textStyle: { color: color.text }, data: lines.map((line) => line.name) },
    xAxis: axis(color, { type: "value", scale: true, splitLine: { show: false },
      axisLabel: { color: color.faint, hideOverlap: true, formatter: (value) => within(value, span) } }),
    yAxis: axis(color, { type: "value", axisLabel: { color: color.faint, formatter: (value) => number(value) + " %" } }),
    series: [band(color, shown), bars(color, found), ...lines, marks(color, shown)],
  });
}

/** Shade from the 5 % to the 95 % quantile. */
function band(color, { table, i }) {
  return { type: "custom", silent: true, encode: { x: [0, 1], y: -1 }, data: [[table.p05[i], table.p95[i]]], renderItem: (area, api) => {
    const left = api.coord([api.value(0), 0])[0], right = api.coord([api.value(1), 0])[0];
    return { type: "rect", shape: { x: left, y: area.coordSys.y, width: right - left, height: area.coordSys.height }, style: { fill: color.panel } };
  } };
}

function bars(color, found) {
  return { type: "custom", encode: { x: [0, 1], y: 2 },
    data: found.counts.map((count, bin) => [found.edge(bin), found.edge(bin + 1), 100 * count / found.count]),
    tooltip: { formatter: ({ dataIndex }) => binRange(found, dataIndex) + "\n" + tally(found, found.counts[dataIndex]) +
      " (" + number(100 * found.counts[dataIndex] / found.count) + " %)" },
    renderItem: (area, api) => {
      const [left, top] = api.coord([api.value(0), api.value(2)]), [right, bottom] = api.coord([api.value(1), 0]);
      const full = { x: left, y: area.coordSys.y, width: right - left, height: area.coordSys.height };
      const height = api.value(2) > 0 ? Math.max(1, bottom - top) : 0;
      // Pointing anywhere above or at a bar tells of it, however low it is.
      return { type: "group", children: [{ type: "rect", shape: full, style: { fill: "transparent" } },
        { type: "rect", shape: { x: left, y: bottom - height, width: Math.max(1, right - left - 1), height }, style: { fill: color.accent, opacity: 0.7 } }] };
    } };
}

/** Subsets as steps, as high as if their bins were as wide as those of the bars. */
function outlines(found, others) {
  const width = found.edge(1) - found.edge(0);
  return others.slice(0, mostOutlines).flatMap(({ name, tone, table, i }) => {
    const other = distribution(table, i);
    if (!other) return [];
    const scaled = 100 / other.count * width / (other.edge(1) - other.edge(0));
    const heights = other.counts.map((count) => Math.min(100, count * scaled));
    const last = other.counts.length;
    const points = [[other.edge(0), 0], ...heights.map((height, bin) => [other.edge(bin), height]), [other.edge(last), heights[last - 1]], [other.edge(last), 0]];
    return [{ name, type: "line", step: "end", symbol: "none", silent: true, color: tone, lineStyle: { width: 2 }, data: points }];
  });
}

/**
 * Lines at the mean and at quantiles. Of two names in a row that of the lower one ends at its line and that of the higher one
 * begins there, so they never meet.
 */
function marks(color, { table, i }) {
  const median = table.p50[i], mean = table.mean[i];
  const lines = [
    { name: "5 %", value: table.p05[i], row: 1, align: "right", fill: color.faint, dash: [3, 3] },
    { name: "95 %", value: table.p95[i], row: 1, align: "left", fill: color.faint, dash: [3, 3] },
    { name: "median", value: median, row: 0, align: median <= mean ? "right" : "left", fill: color.text, dash: [] },
    { name: "mean", value: mean, row: 0, align: median <= mean ? "left" : "right", fill: color.mark, dash: [6, 3] },
  ].filter((line) => line.value !== null);
  return { type: "custom", silent: true, encode: { x: -1, y: -1 }, z: 5, data: lines.map((line) => [line.value]), renderItem: (area, api) => {
    const line = lines[area.dataIndex], { x: left, y: top, width, height } = area.coordSys;
    const x = api.coord([line.value, 0])[0];
    if (x < left - 1 || x > left + width + 1) return null;
    const labelled = top - 30 + 15 * line.row;
    return { type: "group", children: [
      { type: "line", shape: { x1: x, y1: labelled, x2: x, y2: top + height }, style: { stroke: line.fill, lineWidth: 2, lineDash: line.dash } },
      { type: "text", style: { text: line.name, x: x + (line.align === "left" ? 4 : -4), y: labelled, align: line.align, verticalAlign: "top",
        fill: line.fill, fontSize: 12 } }] };
  } };
}
