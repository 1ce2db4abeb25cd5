// The map: the sampled photographs on two or three principal components.

const REST = -1; // the group of what no colour is for

// All photographs' scores on one component, unpacked from 16 bits each.
function coordinates(data, axis) {
  data.steps ??= new Uint16Array(bytes(data.scores).buffer);
  return Float32Array.from(data.paths, (_, row) => data.low[axis] + data.steps[row * data.axes + axis] * data.step[axis]);
}

function makeMap(data) {
  const plot = element("plot");
  const axes = Math.min(3, data.axes);
  const state = { dimensions: 2, axes: [0, Math.min(1, axes - 1), Math.min(2, axes - 1)], groups: [], of: [] };
  const hasWebgl = Boolean(document.createElement("canvas").getContext("webgl"));

  function title(axis) {
    return tr`component ${axis + 1} (${percent(data.explained[axis])} of variance)`;
  }

  function traces() {
    const rows = new Map([[REST, []], ...state.groups.map((_, number) => [number, []])]);
    data.class_of.forEach((kind, row) => rows.get(state.of[kind])?.push(row));
    const deep = state.dimensions === 3;
    const wide = plot.clientWidth > 500 ? 7 : 5; // pixels
    const sparse = data.paths.length < 1000;
    const along = state.axes.map((axis) => coordinates(data, axis));
    const place = (members, number) => Float32Array.from(members, (row) => along[number][row]);
    return [...rows].filter(([, members]) => members.length).map(([group, members]) => {
      const rest = group === REST;
      const trace = {
        type: deep ? "scatter3d" : hasWebgl ? "scattergl" : "scatter",
        mode: "markers",
        name: rest ? tr`others` : state.groups[group],
        x: place(members, 0),
        y: data.axes > 1 ? place(members, 1) : Float32Array.from(members, (row) => data.class_of[row]),
        customdata: members,
        hoverinfo: "none",
        marker: {
          color: rest ? colour("muted-point") : data.palette[theme()][group],
          symbol: rest ? "circle" : data.symbols[group],
          size: deep ? (rest ? 2 : 4) : rest && !sparse ? wide - 3 : wide,
          opacity: rest && !sparse ? 0.45 : 0.85,
          line: { width: !rest && data.symbols[group].endsWith("-open") ? 2 : 0 },
        },
      };
      if (deep) trace.z = place(members, 2);
      return trace;
    });
  }

  function layout() {
    const { axis, font, modebar } = layoutColours();
    const common = { showlegend: false, modebar, font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
    if (state.dimensions === 3) {
      const scene = { aspectmode: "data" };
      ["xaxis", "yaxis", "zaxis"].forEach((name, number) => {
        scene[name] = { ...axis, title: { text: tr`component ${state.axes[number] + 1}` }, showbackground: false };
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
        : { ...axis, title: { text: tr`class` }, zeroline: false, showticklabels: false },
    };
  }

  async function draw() {
    element("hover").hidden = true;
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
