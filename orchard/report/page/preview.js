// The map's first view, painted at once on a canvas: Plotly takes a second or two to load, a reader's eye does not wait.

function paint(data, groupOf, canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const sharp = devicePixelRatio;
  [canvas.width, canvas.height] = [width * sharp, height * sharp];
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  const [left, right, top, bottom] = [48, 8, 8, 44]; // as on the map
  const [x, y] = [0, 1].map((axis) => (axis < data.axes ? coordinates(data, axis) : data.class_of));
  const range = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const [[x0, x1], [y0, y1]] = [range(x), range(y)];
  const scale = 0.94 * Math.min((width - left - right) / (x1 - x0 || 1), (height - top - bottom) / (y1 - y0 || 1));
  const across = (value) => (left + width - right) / 2 + (value - (x0 + x1) / 2) * scale;
  const down = (value) => (top + height - bottom) / 2 - (value - (y0 + y1) / 2) * scale;
  const muted = colour("muted-point");
  const rows = data.paths.map((_, row) => row);
  for (const wanted of [true, false]) {
    pen.globalAlpha = wanted ? 0.45 : 0.85;
    for (const row of rows) {
      const group = groupOf[data.class_of[row]];
      if ((group === REST) !== wanted) continue;
      pen.fillStyle = group === REST ? muted : data.palette[theme()][group];
      const size = group === REST ? 3 : 6;
      pen.fillRect(across(x[row]) - size / 2, down(y[row]) - size / 2, size, size);
    }
  }
}
