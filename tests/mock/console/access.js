// Accessibility checks, run inside the page. Each returns its findings as texts.

const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".unseen, [hidden], .skip");
const label = (one) => `<${one.tagName.toLowerCase()}${one.id ? ` #${one.id}` : ""}> ${(one.textContent || "").trim().slice(0, 40)}`;
const layer = () => document.querySelector("dialog[open]") ?? document.body;

// --- contrast ---------------------------------------------------------------------------------------

function colour(text) {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return [red, green, blue, alpha];
}
const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];

function behind(element) {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    const back = colour(getComputedStyle(one).backgroundColor);
    layers.push(back);
    if (back[3] === 1) break;
  }
  return layers.reduceRight((below, back) => over(back, below), [255, 255, 255, 1]);
}

function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}

function contrast(element, pseudo) {
  const back = behind(element);
  const front = over(colour(getComputedStyle(element, pseudo).color), back);
  const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function lowContrast() {
  const wrong = [];
  const measure = (one, pseudo) => {
    const ratio = contrast(one, pseudo);
    if (ratio < 4.5) wrong.push(`${ratio.toFixed(2)}: ${label(one)} ${pseudo ?? ""}`);
  };
  for (const one of layer().querySelectorAll("*")) {
    if (!shown(one) || one.matches(":disabled") || one.closest("[aria-busy=true]")) continue;
    if ([...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) measure(one);
    if (one.matches("input, select, textarea")) measure(one);
    if (one.placeholder) measure(one, "::placeholder");
    if (one.dataset.title) measure(one, "::before");
  }
  return wrong;
}

// --- names and order ----------------------------------------------------------------------------------

function nameless() {
  const wrong = [];
  for (const one of layer().querySelectorAll("input, select, textarea")) {
    if (!one.labels.length || ![...one.labels].some((text) => text.textContent.trim())) wrong.push(`no label: ${label(one)}`);
  }
  for (const one of layer().querySelectorAll("button, a[href], summary")) {
    if (shown(one) && !one.textContent.trim()) wrong.push(`no name: ${label(one)}`);
  }
  const names = [...layer().querySelectorAll("main .actions button, main .actions a")].map((one) => one.textContent);
  for (const name of names) {
    if (names.indexOf(name) !== names.lastIndexOf(name)) wrong.push(`two buttons in a table are called ${name}`);
  }
  for (const one of layer().querySelectorAll("table")) {
    if (!one.caption?.textContent || [...one.querySelectorAll("th")].some((head) => !head.scope)) wrong.push(`a table: ${label(one)}`);
  }
  return wrong;
}

function disorder() {
  const wrong = [];
  let before = 0;
  for (const one of layer().querySelectorAll("h1, h2, h3, h4")) {
    if (!shown(one)) continue;
    const level = Number(one.tagName[1]);
    if (level > before + 1) wrong.push(`h${before} is followed by ${label(one)}`);
    before = level;
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  wrong.push(...ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `two have the id ${id}`));
  for (const name of ["for", "aria-labelledby", "aria-describedby", "list"]) {
    for (const one of document.querySelectorAll(`[${name}]`)) {
      const missing = one.getAttribute(name).split(" ").filter((id) => !document.getElementById(id));
      wrong.push(...missing.map((id) => `${name} names ${id}, which is not there`));
    }
  }
  return wrong;
}

// --- space and keyboard -------------------------------------------------------------------------------

function tooWide() {
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter((one) => shown(one) && one.getBoundingClientRect().right > innerWidth);
  return [`${wide} px on a screen of ${innerWidth}`, ...out.slice(0, 5).map(label)];
}

function place(one) {
  const steps = [];
  for (let at = one; at.parentElement; at = at.parentElement) steps.unshift([...at.parentElement.children].indexOf(at));
  return `${steps.join(".")} ${label(one)}`;
}

function reachable() {
  const operated = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, pre[tabindex]";
  return [...document.querySelectorAll(operated)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("dialog:not([open])"))
    .filter((one) => one.type !== "radio" || one.checked)
    .map(place);
}

function focused() {
  const one = document.activeElement;
  if (!one || one === document.body) return ["", true];
  const drawn = one.matches(".unseen") ? document.querySelector(`label[for="${one.id}"]`) : one;
  const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
  return [place(one), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
}
