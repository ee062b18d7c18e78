// Small comforts. Every page works without them.
"use strict";

// "/" goes to the search box from anywhere but a field, and to that of the orders from a page without one.
const searchBox = () => document.querySelector('[data-shortcut="/"]');
if (searchBox() && location.hash === `#${searchBox().id}`) searchBox().focus();
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const search = searchBox();
  const elsewhere = document.querySelector("[data-search]")?.dataset.search;
  if (!search && (!elsewhere || isTouched(document))) return;  // what was typed would be gone
  event.preventDefault();
  if (!search) return location.assign(elsewhere);
  search.focus();
  search.select();
});

// A menu closes with Escape, and when something else is pressed or has the focus.
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details[data-menu][open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
for (const going of ["click", "focusin"]) document.addEventListener(going, (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// After a mistake the reader starts at the summary of what is wrong, and after a refusal at why.
document.querySelector("[data-error-summary], #refusal")?.focus();

// Tabs that go on past the screen's edge begin with the chosen one in the middle; from a keyboard, each that is reached.
function bringToMiddle(tab) {
  const strip = tab.closest("ul");
  const [at, seen] = [tab, strip].map((element) => element.getBoundingClientRect());
  strip.scrollLeft += (at.left + at.right - seen.left - seen.right) / 2;
}
document.querySelectorAll(".tabs [aria-current]").forEach(bringToMiddle);
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".tabs a:focus-visible")) bringToMiddle(event.target);  // a finger’s would slip from under it
});

// A long text says how much of it is used.
const figures = new Intl.NumberFormat(document.documentElement.lang);
for (const text of document.querySelectorAll("textarea[data-most]")) {
  const counter = document.getElementById(`${text.id}-count`);
  const most = Number(text.dataset.most);
  if (!counter || !most) continue;
  const count = () => {
    // The server counts characters, not UTF-16 units, and a line break as one.
    const used = Array.from(text.value).length;
    counter.textContent = `${figures.format(used)} / ${figures.format(most)}`;
    counter.classList.toggle("is-over", used > most);
  };
  text.addEventListener("input", count);
  count();
}

// A form is sent once: its buttons rest until the answer is there, or for ten seconds. They are not disabled,
// because a disabled button would lose its own name and value.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[method=post]")) return;  // a field may be named “method” as well
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  setTimeout(wake, 10000, form);
});
function wake(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
}
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(wake));

// What somebody typed, chose or ticked is not read away.
document.addEventListener("input", (event) => {
  event.target.dataset.touched = "";
});
const isTouched = (part) => part.querySelector("[data-touched]") !== null;

// A link out of a form presses the button named there, which takes along what was said in it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-once-touched]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !isTouched(link.closest("form"))) return;
  event.preventDefault();
  document.getElementById(link.dataset.onceTouched).click();
});

// The server takes this for no click, so that a page left open keeps nobody signed in. That it is busy, or is being
// started again, is no answer, as when the line is lost: whoever asked asks again.
async function askAgain() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Read-Again": "1" }, redirect: "manual" });
  if (answer.status >= 500) throw new Error(answer.statusText);
  return answer;
}
const pageOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

const isBusy = (part) =>
  document.hidden || isTouched(part) || part.contains(document.activeElement) || part.querySelector("form[data-sent]");

// A part of the page that changes by itself is read again, unless somebody is busy in it.
async function readAgain(part) {
  if (isBusy(part)) return part;
  const answer = await askAgain();
  const leadsAway = answer.type === "opaqueredirect";  // to the sign-in page, once nobody is signed in any more
  if (!answer.ok && !leadsAway) return null;
  const fresh = (await pageOf(answer)).getElementById(part.id);
  if (!fresh) {
    if (!isTouched(document)) location.reload();  // it came to its end, or leads away: the page reads otherwise now
    return null;
  }
  if (isBusy(part)) return part;  // by now
  for (const fold of part.querySelectorAll("details[id]")) {
    const same = fresh.querySelector(`#${fold.id}`);
    if (same) same.open = fold.open;
  }
  part.replaceWith(fresh);
  return fresh;
}

function keepFresh(part) {
  const seconds = Number(part?.dataset.refreshSeconds);
  if (!seconds || !part.id) return;
  setTimeout(() => {
    readAgain(part).then(keepFresh, () => keepFresh(part));
  }, Math.max(seconds, 1) * 1000);
}
for (const part of document.querySelectorAll("[data-refresh-seconds]")) keepFresh(part);

// A countdown by the server's clock; after its end what it stands in is read again, without moving who reads on.
const serverNow = Date.parse(document.documentElement.dataset.now);
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
const ahead = Number.isNaN(serverNow) ? 0 : serverNow - performance.timeOrigin - arrived;
function leftUntil(element) {
  return Math.ceil((Date.parse(element.dataset.until) - Date.now() - ahead) / 1000);
}
function countDown(element) {
  const left = Math.max(leftUntil(element), 0);
  element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (left) setTimeout(countDown, 1000, element);
  else setTimeout(readOn, 1500, element.closest("[id]"));
}
function readOn(notice) {
  if (document.hidden || document.querySelector("main :focus")) setTimeout(readOn, 1500, notice);
  else askAgain().then(pageOf).then((page) => end(notice, page), () => setTimeout(readOn, 1500, notice));
}
function end(notice, page) {
  // What a form led to, such as an email to look at, stays: its address alone shows another page, or none.
  if (page.title !== document.title) return;
  for (const part of [notice.closest(".panel") ?? notice, document.getElementById("parts")]) {
    part?.replaceWith(page.getElementById(part.id) ?? "");
  }
}
for (const element of document.querySelectorAll("[data-until]")) {
  if (leftUntil(element) <= 0) continue;
  element.parentElement.hidden = false;
  countDown(element);
}

// The way back to the list of orders leads to what was looked for in it, in this tab, by who is signed in.
const LIST = "/orders/";
if (location.pathname === "/login") sessionStorage.removeItem("list of orders");
else if (location.pathname === LIST) sessionStorage.setItem("list of orders", location.search);
else for (const back of document.querySelectorAll(`.back[href="${LIST}"]`)) {
  back.search = sessionStorage.getItem("list of orders") ?? "";
}

// One box ticks all the others of its form, those on this page.
for (const box of document.querySelectorAll("[data-tick-all]")) {
  const others = () => [...box.form.elements].filter((other) => other.type === "checkbox" && other !== box);
  box.parentElement.hidden = false;
  box.addEventListener("change", () => {
    for (const other of others()) other.checked = box.checked;
  });
  document.addEventListener("change", () => {
    box.checked = others().every((other) => other.checked);
  });
}

// The button for what is ticked says how many that is, or how many of those that it is for; each language has its words
// for one and for more, and a few that are only seen.
for (const button of document.querySelectorAll("[data-ticked-one]")) {
  const { tickedOne, tickedMany, tickedShort, tickedOnly = "" } = button.dataset;
  const inFull = button.firstElementChild, noneIsTicked = inFull.textContent;
  const short = Object.assign(document.createElement("span"), { className: "ticked-short", ariaHidden: "true", hidden: true });
  button.append(short);
  const say = () => {
    const ticked = [...button.form.elements].filter((box) => box.matches(`[name]:checked${tickedOnly}`)).length;
    const words = ticked === 1 ? tickedOne : tickedMany;
    inFull.textContent = ticked ? words.replace("#", figures.format(ticked)) : noneIsTicked;
    short.textContent = tickedShort.replace("#", figures.format(ticked));
    short.hidden = !ticked;
  };
  document.addEventListener("change", say);
  addEventListener("pageshow", say);  // the browser may have kept the ticks
}

// A press on a secret selects all of it, also where the style sheet's word for that is not known.
for (const secret of document.querySelectorAll("code.secret, code.key")) {
  secret.addEventListener("click", () => getSelection().selectAllChildren(secret));
}

// A button that copies what is shown once. Over plain http from elsewhere no page may, and there is no button.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
    button.textContent = button.dataset.copied;
  });
}

// A button that prints a part of the page; the browser’s own print has all of it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    document.body.classList.add(button.dataset.print);
    addEventListener("afterprint", () => document.body.classList.remove(button.dataset.print), { once: true });
    print();
  });
}
