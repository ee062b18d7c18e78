// A long text that was not saved stays in this tab, so that an ended session or a lost line loses nothing.
"use strict";

const keeper = document.body.dataset.user;
const nameOf = (text) => `kept ${keeper} ${location.pathname} ${text.name}`;
const texts = keeper ? document.querySelectorAll("textarea[data-keep]") : [];

// A done message says that the last form was saved: what it held is not needed any more.
if (keeper && document.querySelector("[data-done]")) {
  const sent = sessionStorage.getItem("kept by the last form");
  for (const key of JSON.parse(sent ?? "[]")) sessionStorage.removeItem(key);
  sessionStorage.removeItem("kept by the last form");
}

for (const text of texts) {
  const kept = sessionStorage.getItem(nameOf(text));
  if (kept && !text.value) {
    text.value = kept;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    const said = document.createElement("p");
    said.className = "hint";
    said.textContent = text.dataset.kept;
    text.after(said);
  }
  text.addEventListener("input", () => {
    if (text.value) sessionStorage.setItem(nameOf(text), text.value);
    else sessionStorage.removeItem(nameOf(text));
  });
}

document.addEventListener("submit", (event) => {
  const keys = [...event.target.querySelectorAll("textarea[data-keep]")].map(nameOf);
  if (keys.length) sessionStorage.setItem("kept by the last form", JSON.stringify(keys));
});
