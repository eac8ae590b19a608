// The playground's page: shows one person's Slack and does what they do.
import { renderBlocks } from "./blocks.js";
import { clockWords, element, mrkdwn, shortTime } from "./mrkdwn.js";

const find = (name) => document.getElementById(name);
const memory = JSON.parse(sessionStorage.getItem("playground") ?? "{}");
let state = null;
let me = memory.me ?? null;
let place = memory.place ?? null;
let step = memory.step ?? 0;
let seen = memory.seen ?? {};
let modalKey = null;
let fields = [];
let drawn = "";
let drawnPlaces = "";
let shown = {}; // what stood on the screen: who looks, where, and the newest message
let settled = Promise.resolve(); // the newest look at the workspace: what is pressed waits for it

function remember() {
  sessionStorage.setItem("playground", JSON.stringify({ me, place, step, seen }));
}

async function post(path, body) {
  try {
    const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ me, ...body }) });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) toast(answer.words ?? "That did not work. Please try again.");
    await refresh(true);
    return answer;
  } catch {
    toast(SILENT);
    return { words: SILENT };
  }
}

const SILENT = "The playground does not answer. Is make run still running?";
let silent = false;
let toastTimer;
function toast(words) {
  placeToast();
  if (find("toast").textContent !== words) find("toast").textContent = words;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast(silent ? SILENT : ""), 6000);
}

// Whatever is outside an open dialog lies behind it.
function placeToast() {
  const where = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (find("toast").parentElement !== where) where.append(find("toast"));
}

function show(dialog, ...nodes) {
  document.body.append(find("toast"));
  dialog.replaceChildren(...nodes);
  if (!dialog.open) dialog.showModal();
  placeToast();
}

// Looks again and again; says once that nothing answers, and once that it does again.
async function look() {
  try {
    await refresh();
    if (silent) { silent = false; toast("The playground answers again."); }
  } catch {
    if (!silent) { silent = true; toast(SILENT); }
  }
}

async function refresh(force = false) {
  const asked = me;
  const since = force || !state ? "" : state.version;
  const response = await fetch(`/state?me=${encodeURIComponent(asked ?? "")}&since=${since}`);
  if (response.status !== 200) return;
  const answer = await response.json();
  if (me !== asked) return; // somebody else was chosen meanwhile
  state = answer;
  me = state.me.id;
  if (place !== "home" && !state.places.some((one) => one.id === place)) place = state.places.find((one) => one.kind === "app")?.id ?? "home";
  draw();
}

function viewContext(container, extra = {}) {
  return {
    around: container.view ?? container.ts,
    names: state.names, zone: state.me.tz, people: state.people.filter((person) => person.team === state.me.team), channels: state.channels,
    press: (action) => confirmThen(action.confirm, () => post("/act/press", { container, action })),
    options: async (action_id, block_id, query) => (await lookUp(container, action_id, block_id, query)),
    ...extra,
  };
}

async function lookUp(container, action_id, block_id, query) {
  try {
    const response = await fetch("/act/options", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ me, container, action_id, block_id, query }) });
    return response.ok ? (await response.json()).options : [];
  } catch {
    toast(SILENT);
    return [];
  }
}

async function confirmThen(question, act) {
  if (question && !await confirmed(question)) return;
  await act();
}

function confirmed(question) {
  const dialog = find("confirm");
  let yes = false;
  const close = (answer) => { yes = answer; dialog.close(); };
  show(dialog,
    element("h2", { id: "confirm-title" }, question.title.text),
    element("p", {}, question.text.text),
    element("div", {},
      element("button", { type: "button", onclick: () => close(false) }, question.deny.text),
      element("button", { type: "button", class: question.style ?? "primary", onclick: () => close(true) }, question.confirm.text)));
  return new Promise((resolve) => { dialog.addEventListener("close", () => resolve(yes), { once: true }); });
}

function draw() {
  remember();
  find("workspace").textContent = state.me.workspace;
  find("time").textContent = clockWords(state.now, state.me.tz);
  find("person-title").textContent = state.me.title;
  drawPeople();
  drawPlaces();
  drawPlace();
  drawModal();
  drawTour();
}

function drawPeople() {
  const select = find("person");
  const groups = new Map();
  for (const person of state.people) {
    if (!groups.has(person.group)) groups.set(person.group, []);
    groups.get(person.group).push(person);
  }
  const key = JSON.stringify(state.people);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...[...groups].map(([group, people]) => element("optgroup", { label: group },
      ...people.map((person) => element("option", { value: person.id }, person.name)))));
  }
  select.value = me;
}

function unread(one) {
  const last = state.messages[one.id]?.at(-1)?.ts ?? "0";
  return one.id !== place && Number(last) > Number(seen[`${me}:${one.id}`] ?? state.started);
}

function drawPlaces() {
  const kinds = [["app", "Docking Point"], ["group", "Introductions"], ["channel", "Channels"]];
  const rows = [];
  for (const [kind, title] of kinds) {
    const some = state.places.filter((one) => one.kind === kind);
    if (!some.length) continue;
    rows.push(element("li", { class: "head" }, title));
    if (kind === "app") rows.push(placeRow({ id: "home", name: "Home" }));
    rows.push(...some.map(placeRow));
  }
  const key = rows.map((row) => row.outerHTML).join("");
  if (key === drawnPlaces) return;
  drawnPlaces = key;
  redraw(find("places"), rows);
}

// What is drawn anew while somebody is in it by keyboard leaves them where they were.
function redraw(area, nodes) {
  const active = document.activeElement;
  const inside = area.contains(active) && active !== area;
  const [key, around] = inside ? [active.dataset.key, active.closest("[data-around]")?.dataset.around] : [];
  area.replaceChildren(...nodes);
  if (!inside) return;
  const same = [...area.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key);
  const near = [...area.querySelectorAll("[data-around]")].find((node) => node.dataset.around === around);
  (same ?? near ?? area).focus({ preventScroll: true });
}

function placeRow(one) {
  return element("li", {}, element("button", { type: "button", "data-key": one.id, "aria-current": one.id === place ? "page" : null, onclick: () => go(one.id) },
    element("span", { class: "name" }, one.name), one.id !== "home" && unread(one) ? element("span", { class: "unread" }, "new") : null));
}

async function go(where) {
  place = where;
  drawn = "";
  draw();
  if (where === "home") await post("/act/home", {});
  find("main").focus({ preventScroll: true });
}

function drawPlace() {
  const one = state.places.find((other) => other.id === place);
  find("place-name").textContent = place === "home" ? "Home" : one?.title ?? "";
  find("place-about").textContent = place === "home" ? "Docking Point" : one?.about ?? "";
  const key = JSON.stringify([me, place, place === "home" ? state.home : state.messages[place]]);
  if (key === drawn) return;
  drawn = key;
  const area = find("messages");
  if (place === "home") {
    redraw(area, state.home ? renderBlocks(state.home.blocks, viewContext({ view: state.home.id })) : [element("p", { class: "empty" }, "Nothing here yet.")]);
    if (shown.place !== place || shown.me !== me) area.scrollTop = 0;
    shown = { me, place, last: null };
    return;
  }
  const messages = state.messages[place] ?? [];
  const last = messages.at(-1)?.ts ?? null;
  const moved = shown.me !== me || shown.place !== place || shown.last !== last;
  shown = { me, place, last };
  redraw(area, messages.length ? messages.map(drawMessage) : [element("p", { class: "empty" }, "Nothing here yet. Type / below to see what you can do.")]);
  if (moved) showNewest(area);
  if (messages.length) seen[`${me}:${place}`] = last;
  remember();
  drawPlaces();
}

// The newest message: its end, or its beginning where it is longer than the screen.
function showNewest(area) {
  area.scrollTop = area.scrollHeight;
  const newest = area.lastElementChild;
  const room = Math.min(area.clientHeight, window.innerHeight);
  if (newest) newest.scrollIntoView({ block: newest.offsetHeight > room ? "start" : "nearest" });
}

function drawMessage(message) {
  const bot = message.bot;
  const context = viewContext({ channel: place, ts: message.ts, ephemeral: message.ephemeral });
  const words = element("div", {}, ...mrkdwn(message.text, state.names, state.me.tz));
  const readOut = `${message.author}: ${words.textContent}`;
  const body = message.blocks?.length ? renderBlocks(message.blocks, context) : [element("div", { class: "block section" }, words)];
  return element("article", { class: message.ephemeral ? "message only-you" : "message", tabindex: "-1", "data-around": message.ts, "aria-label": readOut },
    element("div", { class: bot ? "face bot" : "face", "aria-hidden": "true" }, message.author[0]),
    element("div", {},
      element("p", {}, element("span", { class: "who" }, message.author), bot ? element("span", { class: "tag" }, "app") : null,
        element("span", { class: "when" }, shortTime(message.ts, state.me.tz)), message.edited ? element("span", { class: "when" }, "(edited)") : null),
      message.ephemeral ? element("p", { class: "note" }, "Only you can see this") : null, ...body));
}

function drawModal() {
  const dialog = find("modal");
  const view = state.modal;
  if (!view) { if (dialog.open) dialog.close(); modalKey = null; return; }
  const key = `${me}:${view.id}:${view.hash}`;
  if (key === modalKey) return;
  const before = fields;
  const same = modalKey?.startsWith(`${me}:${view.id}:`);
  const kept = same ? Object.assign({}, ...before.map((one) => ({ [one.block_id]: { [one.action_id]: one.read() } }))) : {};
  modalKey = key;
  fields = [];
  const context = viewContext({ view: view.id }, { fields, kept, press: (action) => post("/act/press", { container: { view: view.id }, action, values: readFields() }) });
  const form = element("form", { class: "modal-form", novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(view); } },
    element("div", { class: "modal-head" }, element("h2", { id: "modal-title" }, view.title.text),
      element("button", { type: "button", "aria-label": "Close", onclick: () => closeModal(view) }, "×")),
    element("div", { class: "modal-body" }, ...renderBlocks(view.blocks, context)),
    element("div", { class: "modal-foot" },
      element("button", { type: "button", onclick: () => closeModal(view) }, view.close?.text ?? "Cancel"),
      view.submit ? element("button", { type: "submit", class: "primary" }, view.submit.text) : null));
  show(dialog, form);
  const first = fields.length ? fields[same ? Math.min(before.length, fields.length - 1) : 0].wrapper : form;
  first.querySelector("input, textarea, select, button")?.focus();
  if (same) first.scrollIntoView({ block: "nearest" });
}

function readFields() {
  const values = {};
  for (const one of fields) values[one.block_id] = { [one.action_id]: one.read() };
  return values;
}

let sending = false;
async function submit(view) {
  if (sending) return; // a second press of the same button
  sending = true;
  try {
    await send(view);
  } finally {
    sending = false;
  }
}

async function send(view) {
  for (const one of fields) { one.error.hidden = true; one.error.textContent = ""; }
  const answer = await post("/act/submit", { view: view.id, values: readFields() });
  const wrong = fields.filter((one) => answer.errors?.[one.block_id]);
  for (const one of wrong) { one.error.textContent = answer.errors[one.block_id]; one.error.hidden = false; }
  wrong[0]?.wrapper.scrollIntoView({ block: "center" });
  wrong[0]?.wrapper.querySelector("input, textarea, select")?.focus();
}

function closeModal(view) {
  post("/act/close", { view: view.id });
}

for (const name of ["modal", "confirm"]) find(name).addEventListener("close", placeToast);
find("modal").addEventListener("cancel", (event) => { event.preventDefault(); if (state.modal) closeModal(state.modal); });

find("person").addEventListener("change", async (event) => {
  me = event.target.value;
  place = null;
  drawn = "";
  settled = refresh(true);
});

let moving = false;
for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", async () => {
    if (moving) return;
    moving = true;
    toast("Moving the clock…");
    const answer = await post("/act/clock", { move: button.dataset.move });
    if (answer.note) toast(answer.note);
    moving = false;
  });
}

// Commands
const say = find("say");
const commands = find("commands");
let commandAt = 0;

function matching() {
  const typed = say.value.trimStart();
  return typed.startsWith("/") && !typed.includes(" ") ? (state?.commands ?? []).filter((one) => one.command.startsWith(typed)) : [];
}

function drawCommands() {
  const some = matching();
  commands.hidden = some.length === 0 || (some.length === 1 && some[0].command === say.value);
  commandAt = Math.min(commandAt, Math.max(some.length - 1, 0));
  commands.replaceChildren(...some.map((one, number) => element("li", { role: "option", "aria-selected": String(number === commandAt),
    onmousedown: (event) => { event.preventDefault(); pick(one); } }, element("b", {}, one.command), one.description)));
}

function pick(one) {
  say.value = `${one.command} `;
  drawCommands();
  say.focus();
}

say.addEventListener("input", drawCommands);
say.addEventListener("blur", () => { commands.hidden = true; });
say.addEventListener("keydown", (event) => {
  if (commands.hidden) return;
  const some = matching();
  if (event.key === "ArrowDown") { event.preventDefault(); commandAt = (commandAt + 1) % some.length; drawCommands(); }
  else if (event.key === "ArrowUp") { event.preventDefault(); commandAt = (commandAt - 1 + some.length) % some.length; drawCommands(); }
  else if (event.key === "Tab") { event.preventDefault(); pick(some[commandAt]); }
  else if (event.key === "Escape") { commands.hidden = true; }
});

find("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = say.value.trim();
  if (!text) return;
  await settled;
  if (!text.startsWith("/")) { toast("Docking Point listens to commands. Type / to see them."); return; }
  const channel = place === "home" ? state.places.find((one) => one.kind === "app").id : place;
  if (place === "home") place = channel;
  say.value = "";
  const answer = await post("/act/command", { text, channel });
  if (answer.words) say.value = text;
});

// The tour
function drawTour() {
  const steps = state.tour;
  const one = steps[step];
  find("tour-count").textContent = `Try this: ${step + 1} of ${steps.length}`;
  find("tour-title").textContent = one.title;
  find("tour-text").textContent = one.words;
  find("tour-back").disabled = step === 0;
  find("tour-next").disabled = step === steps.length - 1;
}

// A group opens a moment after the yes.
async function newestGroup() {
  for (let turn = 0; turn < 20; turn += 1) {
    const groups = state.places.filter((one) => one.kind === "group");
    if (groups.length) return groups.at(-1);
    await new Promise((resolve) => { setTimeout(resolve, 250); });
    await refresh(true);
  }
  toast("No conversation has opened yet. Go one step back, and say yes first.");
  return null;
}

async function takeMeThere() {
  const one = state.tour[step];
  if (one.me && one.me !== me) { me = one.me; place = null; drawn = ""; settled = refresh(true); await settled; }
  if (one.place === "app") place = state.places.find((other) => other.kind === "app").id;
  else if (one.place === "group") place = (await newestGroup())?.id ?? place;
  else if (one.place) place = state.places.find((other) => other.id === one.place)?.id ?? place;
  drawn = "";
  draw();
  if (one.text) { say.value = one.text; drawCommands(); commands.hidden = true; say.focus(); }
}

async function turnTo(change) {
  await settled;
  step = Math.max(0, Math.min(step + change, state.tour.length - 1));
  draw();
}

find("tour-go").addEventListener("click", async () => { await settled; await takeMeThere(); });
find("tour-next").addEventListener("click", () => turnTo(1));
find("tour-back").addEventListener("click", () => turnTo(-1));

settled = refresh(true);
await settled;
if (document.activeElement === say) drawCommands(); // somebody was quicker than the page
if (!memory.me && !say.value) await takeMeThere();
setInterval(look, 700);
