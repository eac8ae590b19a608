// Slack's mrkdwn as DOM nodes: nothing a person wrote ever becomes markup.

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescape = (text) => text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}


export function dateWords(seconds, format, zone) {
  const moment = new Date(seconds * 1000);
  const parts = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(moment);
  const date = parts({ weekday: "short", day: "numeric", month: "short" });
  return format
    .replace(/\{date_(short_pretty|short|pretty|long|long_pretty|num)\}|\{date\}/g, date)
    .replace(/\{time(_secs)?\}/g, parts({ hour: "2-digit", minute: "2-digit" }));
}

function angled(inside, names, zone) {
  const [target, label] = inside.split(/\|(.*)/s);
  if (target.startsWith("@")) {
    return element("span", { class: "mention" }, `@${names.users[target.slice(1)] ?? "somebody"}`);
  }
  if (target.startsWith("#")) {
    return element("span", { class: "mention" }, `#${names.channels[target.slice(1)] ?? "a channel"}`);
  }
  if (target.startsWith("!date^")) {
    const [, seconds, format] = target.split("^");
    return element("time", {}, dateWords(Number(seconds), format, zone));
  }
  const href = unescape(target);
  if (/^(https?|mailto):/.test(href)) {
    return element("a", { href, target: "_blank", rel: "noreferrer noopener" }, unescape(label ?? href));
  }
  return document.createTextNode(unescape(label ?? target));
}

const TOKENS = /<([^<>]+)>|`([^`\n]+)`|(?<![\w*])\*(?=\S)([^*\n]*\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*\S)_(?![\w_])/g;

export function mrkdwn(text, names, zone) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    nodes.push(document.createTextNode(unescape(text.slice(from, match.index))));
    const [, angle, code, bold, italic] = match;
    if (angle !== undefined) nodes.push(angled(angle, names, zone));
    else if (code !== undefined) nodes.push(element("code", {}, unescape(code)));
    else if (bold !== undefined) nodes.push(element("strong", {}, ...mrkdwn(bold, names, zone)));
    else nodes.push(element("em", {}, ...mrkdwn(italic, names, zone)));
    from = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(unescape(text.slice(from))));
  return nodes;
}

export function textObject(object, names, zone) {
  return object.type === "mrkdwn" ? mrkdwn(object.text, names, zone) : [document.createTextNode(object.text)];
}

export function clockWords(iso, zone) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
  }).format(new Date(iso));
}

export function shortTime(ts, zone) {
  return dateWords(Number(ts), "{date}, {time}", zone);
}

