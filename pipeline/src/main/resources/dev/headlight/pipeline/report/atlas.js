/** Which heads have which label, ranked. */
function showAtlas() {
  if (!data.atlas || !data.atlas.labels) return;
  const found = data.atlas.labels.filter((entry) => entry.heads.length > 0);
  const box = section("atlas", "Atlas",
    "Kinds of heads, by thresholds of means over the corpus; ± is the 95 % confidence interval of a mean. A star: the interval reaches over the threshold.");
  if (found.length === 0) box.append(element("p", { text: "No head of this model has one of the labels." }));
  const rules = new Map((data.atlas.rules || []).map((rule) => [rule.label, rule]));
  const body = element("tbody");
  for (const { label, heads } of found) {
    const rule = rules.get(label) || {};
    const list = element("td");
    heads.slice(0, 16).forEach((head) => {
      const text = (head.attention === "self" ? "" : head.attention + " ") + head.layer + "." + head.head + "  " + number(head.mean) + " ± " +
        number((head.high - head.low) / 2) + (head.certain ? "" : " *");
      list.append(element("button", { type: "button", class: "head-link", text,
        "aria-label": "layer " + head.layer + " head " + head.head + ", " + head.statistic + " " + number(head.mean),
        onclick: () => { window.chooseHead(head.attention, head.layer, head.head, head.statistic); document.getElementById("heads").scrollIntoView(); } }), " ");
    });
    if (heads.length > 16) list.append("and " + (heads.length - 16) + " more");
    const limit = rule.at_least !== undefined ? "≥ " + rule.at_least : "≤ " + rule.at_most;
    body.append(element("tr", {}, element("th", { scope: "row", text: label }),
      element("td", { text: (heads[0].statistic || "") + " " + limit, title: rule.meaning || "" }), list));
  }
  box.append(element("div", { class: "scroll" }, element("table", { id: "atlas-table" }, element("thead", {}, element("tr", {},
    ...["label", "threshold", "heads (layer.head)"].map((text) => element("th", { scope: "col", text })))), body)));
  const meanings = element("dl", {});
  for (const [label, rule] of rules) meanings.append(element("dt", { text: label }), element("dd", { text: rule.meaning }));
  box.append(element("details", {}, element("summary", { text: "What the labels mean" }), meanings));
}
