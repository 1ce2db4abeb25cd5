// The charts that Python has drawn, in the theme's colours.

// What Plotly says, and how it writes numbers.
const spoken = {
  dictionary: {
    Zoom: tr`Zoom`,
    Pan: tr`Pan`,
    "Zoom in": tr`Zoom in`,
    "Zoom out": tr`Zoom out`,
    "Reset axes": tr`Reset axes`,
    "Orbital rotation": tr`Orbital rotation`,
    "Turntable rotation": tr`Turntable rotation`,
    "Reset camera to default": tr`Reset camera to default`,
    "Reset camera to last save": tr`Reset camera to last save`,
  },
  format: { decimal: (1.5).toLocaleString(language)[1], thousands: (10000).toLocaleString(language)[2] },
};

const config = {
  locale: language,
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d", "toImage"],
};

function layoutColours() {
  const axis = { gridcolor: colour("line"), linecolor: colour("line"), tickcolor: colour("line"), zerolinecolor: colour("line") };
  const modebar = { bgcolor: "rgba(0,0,0,0)", color: colour("soft"), activecolor: colour("accent") };
  return { axis, modebar, font: { color: colour("ink"), family: getComputedStyle(document.body).fontFamily, size: 12 } };
}

function dress(chart, palette) {
  const { data, layout } = structuredClone(chart);
  const { axis, font, modebar } = layoutColours();
  for (const trace of data) {
    const own = palette[theme()][trace.meta.series];
    if (trace.marker) trace.marker.color = own;
    if (trace.line) trace.line.color = own;
  }
  Object.assign(layout, { font, modebar, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: false });
  for (const name of ["xaxis", "yaxis"]) layout[name] = { ...layout[name], ...axis, automargin: true };
  for (const note of layout.annotations ?? []) note.font = { ...note.font, color: colour("soft") };
  layout.hoverlabel = { bgcolor: colour("card"), font };
  return [data, layout];
}

async function drawCharts(charts, palette) {
  for (const [name, chart] of Object.entries(charts)) {
    const draw = () => Plotly.react(element(name), ...dress(chart, palette), config);
    await draw();
    themed.add(draw);
  }
}
