// Put together: the map first, since it is what one looks at first, then the charts below.

function addControls(data, map) {
  for (const number of [0, 1, 2]) {
    const select = element(`axis-${number}`);
    data.explained.forEach((share, axis) => {
      select.append(create("option", { value: axis, textContent: `${axis + 1} (${percent(share)})` }));
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
    return map.draw();
  };
  element("flat").addEventListener("click", () => dimensions(2));
  element("deep").addEventListener("click", () => dimensions(3));
  const why = data.axes < 3 ? tr`3D takes three components` : map.hasWebgl ? "" : tr`3D takes WebGL, which this browser lacks`;
  element("deep").disabled = Boolean(why);
  element("deep").title = why;
}

// Resolves when the browser has shown what there is so far.
const painted = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));

try {
  const data = JSON.parse(await unpack("data"));
  const map = makeMap(data);
  const legend = makeLegend(data, map);
  legend.show();
  paint(data, map.state.of, element("preview"));
  await painted();
  performance.mark("first view");
  await loadPlotly();
  addControls(data, map);
  await legend.change();
  map.listen();
  element("preview").remove();
  themed.add(legend.change);
  performance.mark("interactive");
  await painted();
  await drawCharts(data.charts, data.palette);
  root.dataset.ready = "true";
} catch (error) {
  element("said").textContent = tr`The map and the charts need a browser from 2024 or later; the numbers and tables below do not.`;
  throw error;
}
