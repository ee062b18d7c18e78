// What was typed and not saved stays in this tab, so that an ended session or a lost line loses nothing: a long text
// from its first letter on, a long form from when it is sent until an answer has it.
"use strict";

const keeper = document.body.dataset.user;
// By where it is sent, as a form that was looked over or corrected stands under other addresses than at first.
// A question after it, such as ?order=5, says what the form is about.
function nameOfForm(form) {
  const { pathname, search } = new URL(form.action);
  return `kept ${keeper} ${pathname}${search}`;
}
// A text that goes along from one form to another says itself what it is about.
const nameOf = ({ form, name, dataset }) => `${dataset.keep ? `kept ${keeper} ${dataset.keep}` : nameOfForm(form)} ${name}`;
const namesOfTexts = (form) => [...form.querySelectorAll("textarea[data-keep]")].map(nameOf);
const texts = keeper ? document.querySelectorAll("textarea[data-keep]") : [];

// A done message says that the last form was saved: what it held is not needed any more.
if (keeper && document.querySelector("[data-done]")) {
  const sent = sessionStorage.getItem("kept by the last form");
  for (const key of JSON.parse(sent ?? "[]")) sessionStorage.removeItem(key);
  sessionStorage.removeItem("kept by the last form");
}

for (const form of keeper ? document.querySelectorAll("form[data-keep]") : []) {
  const sent = JSON.parse(sessionStorage.getItem(nameOfForm(form)) ?? "[]");
  if (form.dataset.kept && sent.length) {
    fillIn(form, sent);
    form.prepend(saying(form.dataset.kept));
  } else sessionStorage.removeItem(nameOfForm(form));  // the page has it itself
  // Whoever leaves by the link beside Save gives it up.
  form.querySelector(".form-buttons a")?.addEventListener("click", () => {
    for (const key of [nameOfForm(form), ...namesOfTexts(form)]) sessionStorage.removeItem(key);
  });
}

for (const text of texts) {
  const kept = sessionStorage.getItem(nameOf(text));
  // What the page itself proposes gives way to it; what was just sent with the form does not.
  if (kept && text.dataset.kept && text.value === text.defaultValue && kept.trim() !== text.value.trim()) {
    text.value = kept;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    sayOf(text, text.dataset.kept);
  }
  text.addEventListener("input", () => {
    if (text.value) sessionStorage.setItem(nameOf(text), text.value);
    else sessionStorage.removeItem(nameOf(text));
  });
}

function fillIn(form, sent) {
  for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = false;
  for (const [name, value] of sent) {
    const field = form.elements[name] ?? nextRow(form)?.querySelector(`[name="${name}"]`);
    if (field) put(value, field);
  }
}

// A group of radio buttons takes its value as one field does; a choice that is gone leaves what stands there.
function put(value, field) {
  if (field.type === "checkbox") field.checked = true;
  else if (field.type === "radio") field.checked = field.value === value;
  else if (field.type !== "select-one" || field.querySelector(`option[value="${CSS.escape(value)}"]`)) field.value = value;
  if (!(field instanceof Element)) return;
  if (value && field.closest("details")) field.closest("details").open = true;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Not what the page itself put in, such as the order's version: an old one would stand for what was not seen.
function isTyped(form, name, value) {
  return typeof value === "string" && !["hidden", "password"].includes(form.elements[name]?.type);
}

// More rows were sent than an empty form has: the last one is drawn again, under the next number.
function nextRow(form) {
  const rows = form.querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  const next = last?.outerHTML.replaceAll(`-${rows.length - 1}-`, `-${rows.length}-`);
  if (next) last.insertAdjacentHTML("afterend", next);
  return last?.nextElementSibling;
}

// Beside it, and whoever hears the page hears it with the field.
function sayOf(text, words) {
  const said = saying(words);
  said.id = `${text.id}-kept`;
  text.setAttribute("aria-describedby", [text.getAttribute("aria-describedby"), said.id].filter(Boolean).join(" "));
  text.after(said);
}

function saying(words) {
  const said = document.createElement("p");
  said.className = "hint";
  said.textContent = words;
  return said;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[method=post]")) return;
  const keys = namesOfTexts(form);
  if (keeper && form.matches("[data-keep]")) {
    const sent = [...new FormData(form)].filter(([name, value]) => isTyped(form, name, value));
    sessionStorage.setItem(nameOfForm(form), JSON.stringify(sent));
    keys.push(nameOfForm(form));
  }
  // Also of a form that keeps nothing: what an earlier one kept is not saved with it.
  sessionStorage.setItem("kept by the last form", JSON.stringify(keys));
});
