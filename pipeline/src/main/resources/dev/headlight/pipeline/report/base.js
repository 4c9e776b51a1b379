"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const charts = [];

/** An element. Text and attributes are set as such: nothing of the data becomes markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function section(id, title, note) {
  const made = element("section", { id, "aria-labelledby": id + "-title" },
    element("h2", { id: id + "-title", text: title }), element("p", { class: "note", text: note }));
  document.getElementById("main").append(made);
  document.getElementById("contents").append(element("a", { href: "#" + id, text: title }));
  return made;
}

function select(label, options, onchange) {
  const list = element("select", { onchange: () => onchange(list.value) });
  for (const option of options) {
    const { value, text } = typeof option === "string" ? { value: option, text: option } : option;
    list.append(element("option", { value, text }));
  }
  return { list, label: element("label", {}, element("span", { text: label }), list) };
}

function colors() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue("--" + name).trim();
  return { back: color("back"), text: color("text"), faint: color("faint"), line: color("line"), accent: color("accent"),
    mark: color("mark"), panel: color("panel") };
}

/** Colours of small to large, of about even steps in brightness, that people with colour blindness can tell apart. */
function scale() {
  const viridis = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];
  return dark.matches ? viridis : viridis.slice().reverse();
}

const palette = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb", "#ee7733", "#009988", "#994455"];

/** A chart in a box; options is called again when the colours change. */
function chart(box, options) {
  const instance = echarts.init(box, null, { renderer: "canvas" });
  const entry = { instance, box, options, draw: () => instance.setOption(entry.options(colors()), true) };
  charts.push(entry);
  entry.draw();
  new ResizeObserver(() => instance.resize()).observe(box);
  return entry;
}
dark.addEventListener("change", () => charts.forEach((entry) => entry.draw()));

function common(color) {
  return {
    animation: false,
    textStyle: { color: color.text },
    aria: { enabled: true },
    // Drawn on the canvas: text of the data cannot become markup.
    tooltip: { renderMode: "richText", confine: true, backgroundColor: color.panel, borderColor: color.line,
      textStyle: { color: color.text } },
  };
}

function axis(color, more) {
  return Object.assign({
    axisLine: { lineStyle: { color: color.line } }, axisTick: { show: false }, axisLabel: { color: color.faint },
    splitLine: { lineStyle: { color: color.line } }, nameTextStyle: { color: color.faint } }, more);
}

function number(value) {
  if (value === null || value === undefined) return "undefined";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2);
  return Number(value.toPrecision(4)).toString();
}

function narrow() { return window.innerWidth < 640; }
