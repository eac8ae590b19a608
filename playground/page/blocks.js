// Block Kit as DOM nodes. `context` says who looks and what to do on a press:
//   around (what the blocks stand in), names, zone, press(action), options(actionId, blockId, query), people, channels, initial(state)
import { element, textObject } from "./mrkdwn.js";

let unique = 0;
const id = (prefix) => `${prefix}-${++unique}`;

export function renderBlocks(blocks, context) {
  return (blocks ?? []).map((block, index) => renderBlock(block, index, context)).filter(Boolean);
}

function renderBlock(block, index, context) {
  const words = (object) => textObject(object, context.names, context.zone);
  switch (block.type) {
    case "header":
      return element("h3", { class: "block header" }, ...words(block.text));
    case "divider":
      return element("hr", { class: "block" });
    case "section":
      return element("div", { class: "block section" },
        element("div", {}, ...(block.text ? words(block.text) : []),
          block.fields ? element("div", { class: "fields" }, ...block.fields.map((field) => element("div", {}, ...words(field)))) : null),
        block.accessory ? control(block.accessory, block, context) : null);
    case "context":
      return element("div", { class: "block context" },
        ...block.elements.flatMap((one) => one.type === "image" ? [picture(one)] : [...words(one), " "]));
    case "actions":
      return element("div", { class: "block actions" }, ...block.elements.map((one) => control(one, block, context)));
    case "image":
      return element("div", { class: "block" }, picture(block));
    case "input":
      return input(block, context);
    default:
      return element("div", { class: "block error" }, `This block cannot be shown: ${block.type}`);
  }
}

function picture(block) {
  return element("img", { src: block.image_url, alt: block.alt_text, loading: "lazy" });
}

// While a press is on its way, pressing again does nothing.
async function pressed(node, one, block, context, extra) {
  if (node.getAttribute("aria-busy")) return;
  node.setAttribute("aria-busy", "true");
  try {
    await press(one, block, context, extra);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function press(one, block, context, extra) {
  return context.press({ action_id: one.action_id, block_id: block.block_id, confirm: one.confirm, ...extra });
}

// A control outside an input block: using it is a press that the bot hears of. `data-key` finds
// the same control again after the message was drawn anew.
function control(one, block, context) {
  const node = controlNode(one, block, context);
  node.dataset.key = `${context.around}:${one.action_id}:${one.value ?? block.block_id ?? ""}`;
  return node;
}

function controlNode(one, block, context) {
  switch (one.type) {
    case "button":
      if (one.url) {
        return element("a", { class: "button-link", href: one.url, target: "_blank", rel: "noreferrer noopener",
          onclick: (event) => pressed(event.currentTarget, one, block, context, { value: one.value }) }, one.text.text);
      }
      return element("button", { type: "button", class: one.style ?? "", "aria-label": one.accessibility_label,
        "data-action": one.action_id, onclick: (event) => pressed(event.currentTarget, one, block, context, { value: one.value }) }, one.text.text);
    case "static_select":
    case "overflow": {
      const name = one.placeholder?.text ?? "More";
      const menu = element("select", { "aria-label": name, "data-action": one.action_id },
        element("option", { value: "" }, name),
        ...one.options.map((choice) => element("option", { value: choice.value, selected: choice.value === one.initial_option?.value }, choice.text.text)));
      menu.addEventListener("change", () => {
        const choice = one.options.find((option) => option.value === menu.value);
        if (choice) pressed(menu, one, block, context, { selected_option: choice });
      });
      return menu;
    }
    default: {
      const { node, read } = field(one, block, context, id("control"));
      node.addEventListener("change", () => pressed(node, one, block, context, read()));
      return node;
    }
  }
}

function input(block, context) {
  const name = id("field");
  const one = block.element;
  const { node, read, group } = field(one, block, context, name);
  const optional = block.optional ? element("span", { class: "optional" }, " (optional)") : null;
  const parts = group
    ? [element("fieldset", {}, element("legend", {}, block.label.text, optional), node)]
    : [element("label", { for: name }, block.label.text, optional), node];
  const error = element("p", { class: "error", id: `${name}-error`, role: "alert", hidden: true });
  const wrapper = element("div", { class: "block input", "data-block": block.block_id }, ...parts,
    block.hint ? element("p", { class: "hint", id: `${name}-hint` }, block.hint.text) : null, error);
  const labelled = wrapper.querySelector(`#${name}`);
  labelled?.setAttribute("aria-describedby", [block.hint ? `${name}-hint` : "", `${name}-error`].join(" ").trim());
  context.fields?.push({ block_id: block.block_id, action_id: one.action_id, type: one.type, read, wrapper, error });
  return wrapper;
}

// One element to fill in: its node, and `read` for its value in Slack's own shape.
function field(one, block, context, name) {
  const kept = context.kept?.[block.block_id]?.[one.action_id];
  switch (one.type) {
    case "plain_text_input":
    case "url_text_input":
    case "email_text_input":
    case "number_input": {
      const value = kept?.value ?? one.initial_value ?? "";
      const attributes = { id: name, maxlength: one.max_length, placeholder: one.placeholder?.text };
      const node = one.multiline
        ? element("textarea", attributes)
        : element("input", { ...attributes, type: one.type === "number_input" ? "number" : "text" });
      node.value = value;
      return { node, read: () => ({ type: one.type, value: node.value === "" ? null : node.value }) };
    }
    case "datepicker": {
      const node = element("input", { id: name, type: "date", value: kept?.selected_date ?? one.initial_date });
      return { node, read: () => ({ type: one.type, selected_date: node.value || null }) };
    }
    case "timepicker": {
      const node = element("input", { id: name, type: "time", value: kept?.selected_time ?? one.initial_time });
      return { node, read: () => ({ type: one.type, selected_time: node.value || null }) };
    }
    case "checkboxes":
    case "radio_buttons":
      return ticks(one, kept, name);
    case "static_select": {
      const chosen = kept?.selected_option?.value ?? one.initial_option?.value ?? "";
      const node = element("select", { id: name },
        element("option", { value: "" }, one.placeholder?.text ?? "Choose one"),
        ...one.options.map((choice) => element("option", { value: choice.value, selected: choice.value === chosen }, choice.text.text)));
      return { node, read: () => ({ type: one.type, selected_option: one.options.find((choice) => choice.value === node.value) ?? null }) };
    }
    case "users_select":
      return listed(one, context.people.map((person) => [person.id, person.name]), kept?.selected_user ?? one.initial_user, name, "selected_user");
    case "channels_select":
    case "conversations_select": {
      const key = one.type === "channels_select" ? "selected_channel" : "selected_conversation";
      const first = one.initial_channel ?? one.initial_conversation;
      return listed(one, context.channels.map((channel) => [channel.id, `#${channel.name}`]), kept?.[key] ?? first, name, key);
    }
    case "multi_static_select":
      return picker(one, block, context, name, kept, true, async (query) =>
        one.options.filter((choice) => choice.text.text.toLowerCase().includes(query.toLowerCase())), 0);
    case "external_select":
    case "multi_external_select":
      return picker(one, block, context, name, kept, one.type.startsWith("multi"), (query) =>
        context.options(one.action_id, block.block_id, query), one.min_query_length ?? 3);
    default:
      return { node: element("p", { class: "error" }, `This field cannot be shown: ${one.type}`), read: () => ({ type: one.type }) };
  }
}

function ticks(one, kept, name) {
  const many = one.type === "checkboxes";
  const before = kept ? (many ? kept.selected_options : [kept.selected_option].filter(Boolean)) : (one.initial_options ?? [one.initial_option].filter(Boolean));
  const values = new Set((before ?? []).map((choice) => choice.value));
  const boxes = one.options.map((choice, number) => {
    const box = element("input", { type: many ? "checkbox" : "radio", name, id: number === 0 ? name : `${name}-${number}`, value: choice.value, checked: values.has(choice.value) });
    return { box, choice, row: element("label", { class: "tick" }, box, element("span", {}, choice.text.text)) };
  });
  const node = element("div", {}, ...boxes.map((box) => box.row));
  const ticked = () => boxes.filter(({ box }) => box.checked).map(({ choice }) => choice);
  const read = () => many ? { type: one.type, selected_options: ticked() } : { type: one.type, selected_option: ticked()[0] ?? null };
  return { node, read, group: true };
}

function listed(one, pairs, chosen, name, key) {
  const node = element("select", { id: name },
    element("option", { value: "" }, one.placeholder?.text ?? "Choose one"),
    ...pairs.map(([value, words]) => element("option", { value, selected: value === chosen }, words)));
  return { node, read: () => ({ type: one.type, [key]: node.value || null }) };
}

// A combobox whose choices are looked up while typing; `many` keeps several as chips.
function picker(one, block, context, name, kept, many, lookUp, least) {
  let chosen = kept
    ? (many ? kept.selected_options ?? [] : [kept.selected_option].filter(Boolean))
    : (one.initial_options ?? [one.initial_option].filter(Boolean));
  let found = [];
  let at = -1;
  let asked = 0;
  const listId = `${name}-choices`;
  const chips = element("div", { class: "chips" });
  const box = element("input", { id: name, type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false",
    "aria-controls": listId, "aria-autocomplete": "list", placeholder: one.placeholder?.text });
  const list = element("ul", { id: listId, class: "choices", role: "listbox", "aria-label": "Choices", hidden: true });
  const node = element("div", { class: "picker" }, chips, box, list);

  const close = () => { list.hidden = true; at = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const showChosen = () => {
    chips.replaceChildren(...chosen.map((choice) => element("button", { type: "button", class: "chip", "aria-label": `Remove ${choice.text.text}`,
      onclick: () => { chosen = chosen.filter((other) => other !== choice); showChosen(); box.focus(); } }, `${choice.text.text} ×`)));
  };
  const choose = (choice) => {
    if (!many) chosen = [choice];
    else if (!chosen.some((other) => other.value === choice.value)) chosen = [...chosen, choice];
    box.value = "";
    close();
    showChosen();
    node.dispatchEvent(new Event("change"));
  };
  const show = () => {
    list.replaceChildren(...(found.length ? found.map((choice, number) => element("li", { role: "option", id: `${listId}-${number}`,
      "aria-selected": String(number === at), onmousedown: (event) => { event.preventDefault(); choose(choice); } }, choice.text.text))
      : [element("li", { class: "none", role: "option", "aria-disabled": "true" }, "Nothing found. Try another spelling.")]));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    if (at >= 0) box.setAttribute("aria-activedescendant", `${listId}-${at}`);
  };
  box.addEventListener("input", async () => {
    const query = box.value.trim();
    const mine = ++asked;
    if (query.length < least) { close(); return; }
    const choices = await lookUp(query);
    if (mine !== asked) return;
    found = choices;
    at = found.length ? 0 : -1;
    show();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); close(); return; }
    if (event.key === "Backspace" && box.value === "" && chosen.length) { chosen = chosen.slice(0, -1); showChosen(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(found.length, 1);
      show();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (found[at]) choose(found[at]);
    }
  });
  box.addEventListener("blur", close);
  showChosen();
  const read = () => many ? { type: one.type, selected_options: chosen } : { type: one.type, selected_option: chosen[0] ?? null };
  return { node, read };
}
