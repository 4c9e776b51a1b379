/** Two runs: verdict, embeddings, drift of heads. */
function showComparison() {
  const found = data.comparison;
  const heading = "Comparison of two runs: " + found.verdict;
  document.getElementById("title").textContent = heading;
  document.title = heading;
  document.getElementById("subtitle").textContent = Number(found.sequences.common).toLocaleString("en") + " sequences in both";
  const box = section("verdict", "Verdict", "From compare.json, beside this file.");
  const rows = [["first", found.first.folder], ["second", found.second.folder], ["first model", found.first.model], ["second model", found.second.model],
    ["first precision", found.first.precision], ["second precision", found.second.precision]];
  for (const name of ["largest_effect", "largest_divergence"]) {
    const place = found[name];
    if (place) rows.push([name.replace("_", " "), number(place.value) + " (" + place.statistic + " of " + place.attention + " layer " + place.layer + " head " + place.head + ")"]);
  }
  const embeddings = found.embeddings || {};
  if (embeddings.cosine) {
    rows.push(["cosine of embeddings", "mean " + number(embeddings.cosine.mean) + ", 5 % quantile " + number(embeddings.cosine.p05) + ", least " + number(embeddings.cosine.min)]);
  }
  if (embeddings.cka !== undefined) rows.push(["linear CKA", number(embeddings.cka) + ", of " + embeddings.cka_sequences + " sequences"]);
  box.append(element("div", { class: "scroll" }, element("table", { class: "run" }, element("tbody", {}, ...rows.filter((row) => row[1]).map(([key, value]) =>
    element("tr", {}, element("th", { scope: "row", text: key }), element("td", { text: String(value) })))))));
  if (found.limits.length > 0) {
    box.append(element("h3", { text: "Limits" }), element("table", { id: "limits" }, element("tbody", {}, ...found.limits.map((limit) =>
      element("tr", {}, element("th", { scope: "row", text: limit.name }), element("td", { text: "limit " + number(limit.limit) }),
        element("td", { text: "found " + number(limit.found) }), element("td", { text: limit.exceeded ? "exceeded" : "within" }))))));
  }
}

const drift = { statistic: null, attention: null, measure: "effect" };
const driftMeasures = ["first", "second", "difference", "absolute", "effect"];

function showDrift() {
  if (data.heads.length === 0) return;
  const box = section("drift", "Drift of heads",
    "difference: second less first, mean over the sequences; absolute: mean of its absolute value; effect: difference in standard deviations of the first run.");
  const statistics = [...new Set(data.heads.map((row) => row[0]))], attentions = [...new Set(data.heads.map((row) => row[1]))];
  const largest = (data.comparison.largest_divergence || data.comparison.largest_effect || {});
  drift.statistic = statistics.includes(largest.statistic) ? largest.statistic : statistics[0];
  drift.attention = largest.attention || attentions[0];
  if (drift.statistic === "divergence") drift.measure = "difference";
  const area = element("div", { class: "chart", id: "drift-map" });
  const choices = [select("statistic", statistics, (value) => { drift.statistic = value; drawn.draw(); }),
    select("measure", driftMeasures, (value) => { drift.measure = value; drawn.draw(); }), select("attention", attentions, (value) => { drift.attention = value; drawn.draw(); })];
  choices[0].list.value = drift.statistic;
  choices[1].list.value = drift.measure;
  choices[2].list.value = drift.attention;
  box.append(element("div", { class: "controls" }, ...choices.map((choice) => choice.label)), area);
  const drawn = chart(area, driftOptions);
}

function driftOptions(color) {
  const rows = data.heads.filter((row) => row[0] === drift.statistic && row[1] === drift.attention);
  const layers = [...new Set(rows.map((row) => row[2]))], heads = 1 + Math.max(0, ...rows.map((row) => row[3]));
  const column = 4 + driftMeasures.indexOf(drift.measure);
  const cells = rows.filter((row) => row[column] !== null).map((row) => [row[3], layers.indexOf(row[2]), row[column]]);
  const signed = drift.measure === "difference" && drift.statistic !== "divergence" || drift.measure === "effect";
  const values = cells.map((cell) => cell[2]), size = Math.max(1e-12, ...values.map(Math.abs));
  const around = dark.matches ? ["#6ea6ff", "#1d2228", "#ff8a80"] : ["#0b5cad", "#f5f6f8", "#b3261e"];
  return Object.assign(common(color), {
    grid: { left: 44, right: 12, top: 24, bottom: 78 },
    xAxis: axis(color, { type: "category", name: "head", nameLocation: "middle", nameGap: 22, data: [...Array(heads).keys()] }),
    yAxis: axis(color, { type: "category", name: "layer", inverse: true, data: layers }),
    visualMap: { min: signed ? -size : Math.min(0, ...values), max: size, calculable: !narrow(), orient: "horizontal", left: "center", bottom: 0,
      itemHeight: narrow() ? 120 : 220, inRange: { color: signed ? around : scale() }, textStyle: { color: color.faint }, formatter: number },
    series: [{ type: "heatmap", data: cells, progressive: 0, tooltip: { formatter: (cell) => {
      const row = rows.find((candidate) => candidate[3] === cell.value[0] && candidate[2] === layers[cell.value[1]]);
      return ["layer " + row[2] + " head " + row[3] + ", " + row[0], ...driftMeasures.map((name, i) => name + " " + number(row[4 + i]))].join("\n");
    } } }],
  });
}

showComparison();
showDrift();
document.documentElement.setAttribute("data-ready", "true");
