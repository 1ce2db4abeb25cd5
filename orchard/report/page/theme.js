// Light and dark: the system's choice until the reader makes one.

const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
const themed = new Set(); // functions to call when the theme changes
let printing = false;

function theme() {
  if (printing) return "light";
  return root.dataset.theme ?? (system.matches ? "dark" : "light");
}

// A colour of theme.css as Plotly takes it: CSS variables mean nothing to it.
const swatch = create("span", { hidden: true });
document.body.append(swatch);
function colour(name) {
  swatch.style.color = `var(--${name})`;
  return getComputedStyle(swatch).color;
}

function remember(value) {
  try {
    if (value) localStorage.setItem("orchard-theme", value);
    return localStorage.getItem("orchard-theme");
  } catch {
    return null; // a page from disk may have no storage
  }
}

function showTheme() {
  const dark = theme() === "dark";
  element("theme").setAttribute("aria-pressed", dark);
  for (const restyle of themed) restyle();
}

element("theme").addEventListener("click", () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  remember(root.dataset.theme);
  showTheme();
});
system.addEventListener("change", showTheme);
const remembered = remember();
if (remembered) root.dataset.theme = remembered;
showTheme();

// On paper all is light and nothing is folded away.
addEventListener("beforeprint", () => {
  printing = true;
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  showTheme();
});
addEventListener("afterprint", () => {
  printing = false;
  showTheme();
});
