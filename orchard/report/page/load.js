// What the page carries packed: gzip in base64, inflated by the browser itself.

const element = (id) => document.getElementById(id);

function bytes(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64); // browsers from 2025 on, ten times as fast
  const text = atob(base64);
  const found = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) found[at] = text.charCodeAt(at);
  return found;
}

async function unpack(id) {
  const stream = new Blob([bytes(element(id).textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

async function loadPlotly() {
  const script = document.createElement("script");
  script.textContent = await unpack("plotly");
  document.head.append(script); // runs at once
  if (language !== "en") Plotly.register({ moduleType: "locale", name: language, ...spoken });
}

const language = document.documentElement.lang;
const percent = (share) => share.toLocaleString(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

function create(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
