// The classes beside the map: their colours, a search, and the photographs of the one looked at. All of it works by
// keyboard, and says what the map shows to those who do not see it.

const SHAPES = {
  circle: '<circle cx="6" cy="6" r="5"/>',
  diamond: '<path d="M6 0 12 6 6 12 0 6Z"/>',
  square: '<path d="M1 1h10v10H1Z"/>',
  cross: '<path d="M4 0h4v4h4v4H8v4H4V8H0V4h4Z"/>',
  "circle-open": '<circle cx="6" cy="6" r="4.5" fill="none" stroke-width="2"/>',
  "diamond-open": '<path d="M6 1 11 6 6 11 1 6Z" fill="none" stroke-width="2"/>',
  "square-open": '<path d="M2 2h8v8H2Z" fill="none" stroke-width="2"/>',
};

function makeLegend(data, map) {
  const most = data.symbols.length;
  let chosen = []; // names of classes and of families (with a *)
  let query = "";

  const members = (name) => {
    const family = name.endsWith(" *") ? data.groups.indexOf(name.slice(0, -2)) : null;
    return (kind) => (family === null ? kind.name === name : kind.group === family);
  };
  const matches = (kind) => kind.name.toLowerCase().includes(query.toLowerCase());
  // A family of one class goes by the class's own name.
  const familyName = (group, number) => {
    const kinds = data.classes.filter((kind) => kind.group === number);
    return kinds.length === 1 ? kinds[0].name : `${group} *`;
  };

  function regroup() {
    const { state } = map;
    if (chosen.length) {
      state.groups = chosen;
      const tests = chosen.map(members);
      // The last one that was chosen wins, so that a class can be picked out of its family.
      state.of = data.classes.map((kind) => tests.findLastIndex((test) => test(kind)));
    } else if (query) {
      state.groups = [tr`matches “${query}”`];
      state.of = data.classes.map((kind) => (matches(kind) ? 0 : REST));
    } else {
      state.groups = data.groups.map(familyName);
      state.of = data.classes.map((kind) => kind.group);
    }
  }

  function mark(group) {
    const holder = create("template");
    const fill = group === REST ? colour("muted-point") : data.palette[theme()][group];
    const shape = SHAPES[group === REST ? "circle" : data.symbols[group]];
    holder.innerHTML = `<svg class="mark" viewBox="0 0 12 12" aria-hidden="true" fill="${fill}" stroke="${fill}" stroke-width="0">${shape}</svg>`;
    return holder.content;
  }

  function toggle(name) {
    chosen = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name];
    const dropped = chosen.length > most ? chosen.shift() : null;
    change(dropped && tr`${most} at a time: ${dropped} was let go. `);
  }

  function button(name, group, pressed, extra, act) {
    const made = create("button", { type: "button", onclick: act }, mark(group), name, ...extra);
    made.setAttribute("aria-pressed", pressed);
    return made;
  }

  function showGroups() {
    const names = chosen.length ? chosen : data.groups.map(familyName);
    const chips = names.map((name, number) => button(name, number, chosen.includes(name), [], () => toggle(name)));
    if (chosen.length) {
      chips.push(create("button", { type: "button", onclick: () => ((chosen = []), change()) }, tr`Show all`));
    } else if (data.classes.some((kind) => kind.group === REST)) {
      chips.push(create("button", { type: "button", disabled: true }, mark(REST), tr`other classes`));
    }
    element("groups").replaceChildren(...(query && !chosen.length ? [] : chips));
  }

  function showList() {
    const focused = document.activeElement?.dataset?.name;
    const rows = data.classes.map((kind, number) => [kind, map.state.of[number]]).filter(([kind]) => matches(kind));
    const items = rows.map(([kind, group]) => {
      const share = create("span", { textContent: kind.agreement === null ? "" : percent(kind.agreement) });
      const made = button(kind.name, group, chosen.includes(kind.name), [share], () => toggle(kind.name));
      made.dataset.name = kind.name;
      return create("li", {}, made);
    });
    element("list").replaceChildren(...items);
    if (focused) element("list").querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
    return rows.length;
  }

  function showDetail() {
    const kind = data.classes.find(({ name }) => name === chosen.at(-1));
    if (!kind) return element("detail").replaceChildren();
    const own = kind.agreement === null ? "" : tr`, ${percent(kind.agreement)} of their neighbours are of the class`;
    const mixed = kind.mixed ? tr`; ${percent(kind.mixed[1])} of them are ${kind.mixed[0]}` : "";
    const rows = data.paths.map((_, row) => row).filter((row) => data.classes[data.class_of[row]] === kind);
    const photos = create("div", { className: "photos" }, ...rows.slice(0, 5).flatMap((row) => photo(data, row)));
    const text = tr`${kind.images.toLocaleString(language)} images${own}${mixed}.`;
    return element("detail").replaceChildren(create("b", { textContent: kind.name }), `: ${text}`, photos);
  }

  function show(before = "") {
    regroup();
    showGroups();
    const found = showList();
    showDetail();
    const all = data.classes.length;
    const told = query
      ? tr`${found} of ${all} classes match “${query}”`
      : tr`${found} of ${all} classes; choose up to ${most}; the share is the neighbours of the same class`;
    element("said").textContent = (before || "") + told;
  }

  function change(before) {
    show(before);
    return map.draw();
  }

  element("search").addEventListener("input", (event) => {
    query = event.target.value.trim();
    change();
  });
  element("search").addEventListener("keydown", (event) => {
    const first = data.classes.find(matches);
    if (event.key === "Enter" && query && first) toggle(first.name);
    if (event.key === "Escape") change((event.target.value = query = ""));
  });
  return { show, change };
}
