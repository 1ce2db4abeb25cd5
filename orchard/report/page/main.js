// Put together: the map first, since it is what one looks at first, then the charts below.

function addControls(data, map, legend) {
  for (const number of [0, 1, 2]) {
    const select = element(`axis-${number}`);
    data.explained.forEach((share, axis) => {
      select.append(create("option", { value: axis, textContent: `component ${axis + 1} (${(share * 100).toFixed(1)} %)` }));
    });
    select.value = map.state.axes[number];
    select.addEventListener("change", () => {
      map.state.axes[number] = Number(select.value);
      map.draw();
    });
  }
  element("axis-1").disabled = data.axes < 2;
  const dimensions = (count) => {
    map.state.dimensions = count;
    element("flat").setAttribute("aria-pressed", count === 2);
    element("deep").setAttribute("aria-pressed", count === 3);
    element("axis-2-label").hidden = count === 2;
    element("hover").hidden = true;
    return map.draw();
  };
  element("flat").addEventListener("click", () => dimensions(2));
  element("deep").addEventListener("click", () => dimensions(3));
  const why = data.axes < 3 ? "3D takes three components" : map.hasWebgl ? "" : "3D takes WebGL, which this browser lacks";
  element("deep").disabled = Boolean(why);
  element("deep").title = why;
}

try {
  const data = JSON.parse(await unpack("data"));
  await loadPlotly();
  const map = makeMap(data);
  const legend = makeLegend(data, map);
  addControls(data, map, legend);
  await legend.show();
  map.listen();
  element("loading").hidden = true;
  themed.add(legend.show);
  performance.mark("first view");
  await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  await drawCharts(data.charts, data.palette);
  root.dataset.ready = "true";
} catch (error) {
  element("loading").textContent = "The charts need a browser from 2024 or later; the numbers and tables below do not.";
  throw error;
}
