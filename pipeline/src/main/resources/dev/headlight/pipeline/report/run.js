/** What was run on what. */
function showRun() {
  const run = data.run || {};
  const model = run.model || {}, counts = run.counts || {}, configuration = run.configuration || {}, versions = run.versions || {};
  const name = String(model.location || "").replace(/\/+$/, "").split("/").pop();
  document.getElementById("title").textContent = "What the heads of " + (name || "a model") + " do";
  document.title = document.getElementById("title").textContent;
  const count = (value) => value === undefined ? "?" : Number(value).toLocaleString("en");
  document.getElementById("subtitle").textContent =
    [count(counts.sequences) + " sequences", count(counts.tokens) + " tokens", run.started_at || ""].join(" · ");
  const box = section("run", "Run", "From run.json, beside this file.");
  const rows = [
    ["model", model.location], ["family", model.family], ["parameters", model.parameters && count(model.parameters)],
    ["SHA-256", model.sha256], ["input", configuration.input], ["output", configuration.output],
    ["status", run.status + (run.error ? ": " + run.error : "")],
    ["rows", count(counts.rows) + ", of which " + count(counts.quarantined) + " quarantined and " + count(counts.truncated) + " truncated"],
    ["tokens per second", run.tokens_per_second && count(Math.round(run.tokens_per_second))],
    ["kernels", run.kernels + ", " + run.precision],
    ["versions", Object.entries(versions).map(([key, value]) => key + " " + value).join(", ")],
  ].filter(([, value]) => value !== undefined && value !== null);
  box.append(element("div", { class: "scroll" }, element("table", { class: "run" }, element("tbody", {},
    ...rows.map(([key, value]) => element("tr", {}, element("th", { scope: "row", text: key }), element("td", { text: String(value) })))))));
  const all = element("details", {}, element("summary", { text: "All options" }),
    element("pre", { class: "scroll", text: JSON.stringify(configuration, null, 1) }));
  box.append(all);
}
