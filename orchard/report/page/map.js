// The map: the sampled photographs on two or three principal components.

const REST = -1; // the group of what no colour is for

function makeMap(data) {
  const plot = element("plot");
  const steps = new Uint16Array(bytes(data.scores).buffer);
  const axes = Math.min(3, data.axes);
  const state = { dimensions: 2, axes: [0, Math.min(1, axes - 1), Math.min(2, axes - 1)], groups: [], of: [] };
  const hasWebgl = Boolean(document.createElement("canvas").getContext("webgl"));

  function coordinates(rows, axis) {
    return Float32Array.from(rows, (row) => data.low[axis] + steps[row * data.axes + axis] * data.step[axis]);
  }

  function title(axis) {
    return `component ${axis + 1} (${(data.explained[axis] * 100).toFixed(1)} % of variance)`;
  }

  function traces() {
    const rows = new Map([[REST, []], ...state.groups.map((_, number) => [number, []])]);
    data.class_of.forEach((kind, row) => rows.get(state.of[kind])?.push(row));
    const deep = state.dimensions === 3;
    return [...rows].filter(([, members]) => members.length).map(([group, members]) => {
      const rest = group === REST;
      const trace = {
        type: deep ? "scatter3d" : hasWebgl ? "scattergl" : "scatter",
        mode: "markers",
        name: rest ? "others" : state.groups[group],
        x: coordinates(members, state.axes[0]),
        y: data.axes > 1 ? coordinates(members, state.axes[1]) : Float32Array.from(members, (row) => data.class_of[row]),
        customdata: members,
        hoverinfo: "none",
        marker: {
          color: rest ? colour("muted-point") : data.palette[theme()][group],
          symbol: rest ? "circle" : data.symbols[group],
          size: deep ? (rest ? 2 : 4) : rest ? 4 : 7,
          opacity: rest ? 0.45 : 0.85,
          line: { width: 0 },
        },
      };
      if (deep) trace.z = coordinates(members, state.axes[2]);
      return trace;
    });
  }

  function layout() {
    const { axis, font } = layoutColours();
    const common = { showlegend: false, font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
    if (state.dimensions === 3) {
      const scene = { aspectmode: "data" };
      ["xaxis", "yaxis", "zaxis"].forEach((name, number) => {
        scene[name] = { ...axis, title: { text: `component ${state.axes[number] + 1}` }, showbackground: false };
      });
      return { ...common, margin: { l: 0, r: 0, t: 0, b: 0 }, scene, uirevision: "3D" };
    }
    return {
      ...common,
      margin: { l: 48, r: 8, t: 8, b: 44 },
      hovermode: "closest",
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom", // a finger scrolls the page
      uirevision: `2D ${state.axes}`,
      xaxis: { ...axis, title: { text: title(state.axes[0]) }, zeroline: false },
      // One unit is as long upwards as sideways: distances on the map are distances in PCA space.
      yaxis: data.axes > 1
        ? { ...axis, title: { text: title(state.axes[1]) }, zeroline: false, scaleanchor: "x" }
        : { ...axis, title: { text: "class" }, zeroline: false, showticklabels: false },
    };
  }

  async function draw() {
    await Plotly.react(plot, traces(), layout(), config);
  }

  function hover(event) {
    const point = event.points[0];
    const row = point.customdata;
    const card = element("hover");
    const place = plot.getBoundingClientRect();
    const at = event.event ?? lastMove;
    card.replaceChildren(
      ...photo(data, row),
      create("b", { textContent: data.classes[data.class_of[row]].name }),
      data.paths[row],
    );
    card.hidden = false;
    const [x, y] = [at.clientX - place.left, at.clientY - place.top];
    card.style.left = `${Math.max(0, x + 16 + card.offsetWidth > place.width ? x - card.offsetWidth - 16 : x + 16)}px`;
    card.style.top = `${Math.max(0, Math.min(y + 12, place.height - card.offsetHeight))}px`;
  }

  let lastMove = { clientX: 0, clientY: 0 };
  plot.addEventListener("pointermove", (event) => (lastMove = event), true);
  plot.addEventListener("pointerleave", () => (element("hover").hidden = true));

  return {
    state,
    hasWebgl,
    draw,
    listen() {
      plot.on("plotly_hover", hover);
      plot.on("plotly_unhover", () => (element("hover").hidden = true));
    },
  };
}

// A photograph as a piece of the sheet; nothing where it is not on it.
function photo(data, row) {
  const cell = data.cells[row] ?? -1;
  if (!data.sheet || cell < 0) return [];
  const piece = create("span", { className: "photo" });
  const { columns, size } = data.sheet;
  piece.style.setProperty("--x", `-${(cell % columns) * size}px`);
  piece.style.setProperty("--y", `-${Math.floor(cell / columns) * size}px`);
  return [piece];
}
