// A new order is typed less: the store's products are offered, and the total is said before it is saved. The server takes
// the same fields without any of this, fills in what a SKU stands for, and works the total out itself.
"use strict";

const orderForm = document.querySelector("form[data-new-order]");
const offered = document.getElementById("products");

// By SKU the page itself offers them; by name only here, where a name brings its SKU along.
const byName = Object.assign(document.createElement("datalist"), { id: "products-by-name" });
offered?.after(byName);
const alike = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

function offerByName() {
  byName.replaceChildren(...[...offered.options].map((option) => new Option(option.value, option.text)));
}

const fieldsOf = (row) => ["name", "sku"].map((part) => row.querySelector(`[name$="-${part}"]`));

// What was filled in here gives way to the next choice, and to none; what somebody typed does not.
function fillIn(field, value, beside) {
  if (field.value && field.value !== field.dataset.filledIn) return;
  field.value = field.dataset.filledIn = value;
  field.dataset.beside = value && beside;
}

// Of several products with one name, none is meant; and a name that goes on, “Adobo set, no garlic”, is of the same one.
function complete(row, field) {
  const [name, sku] = fieldsOf(row);
  const other = field === sku ? name : sku;
  const found = [...offered.options].filter((option) => alike(field === sku ? option.value : option.text, field.value));
  const goesOn = field === name && other.dataset.beside && field.value.startsWith(other.dataset.beside);
  if (found.length === 1) fillIn(other, field === sku ? found[0].text : found[0].value, field.value);
  else if (!goesOn) fillIn(other, "", "");
}

// A page that is drawn again has in its rows what was filled in before.
function recognise(row) {
  const [name, sku] = fieldsOf(row);
  if (![...offered.options].some((option) => alike(option.value, sku.value) && alike(option.text, name.value))) return;
  Object.assign(sku.dataset, { filledIn: sku.value, beside: name.value });
  Object.assign(name.dataset, { filledIn: name.value, beside: sku.value });
}

// The page holds some hundred; of a larger shop the others are asked for, once somebody pauses.
let pause, asked = 0;
async function askFor(typed, row, field) {
  const mine = ++asked;
  const answer = await fetch(`${offered.dataset.search}?q=${encodeURIComponent(typed)}`, { redirect: "error" });
  if (!answer.ok || mine !== asked) return;
  const found = await answer.json();
  if (mine !== asked || !found.length) return;
  offered.replaceChildren(...found.map(({ sku, name }) => new Option(name, sku)));
  offerByName();
  complete(row, field);
}

function whenTyped({ target }) {
  const row = target.closest("[data-row]");
  if (!offered || !row || !/-(name|sku)$/.test(target.name)) return;
  complete(row, target);
  clearTimeout(pause);
  if (!offered.dataset.search || target.value.trim().length < 2) return;
  pause = setTimeout(() => askFor(target.value, row, target).catch(() => {}), 250);  // the line may be lost: type on
}

// Rows may be added to the form, so a field is taken for one of theirs when somebody comes to it.
orderForm?.addEventListener("focusin", ({ target }) => {
  if (offered && /-name$/.test(target.name) && target.closest("[data-row]")) target.setAttribute("list", byName.id);
});
if (offered) {
  offerByName();
  orderForm.querySelectorAll("[data-row]").forEach(recognise);
}

// The total, in the smallest units of the currency; NaN while something in it is not plainly an amount: the server reads
// more ways of writing one, and says the total when it has saved it.
const shown = orderForm?.querySelector("output");
const decimals = Number(shown?.dataset.decimals);
const inMoney = shown && new Intl.NumberFormat(document.documentElement.lang, {
  style: "currency", currency: shown.dataset.currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals,
});

function amountIn(text) {
  if (!text.trim()) return 0;
  const number = text.trim().replace(/^[^\d\s.,-]{1,4}\s*/, "");  // ₱1,250.50, PHP 1250
  if (!/^(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(number)) return NaN;
  const [whole, part = ""] = number.replaceAll(",", "").split(".");
  return part.length > decimals ? NaN : Number(whole + part.padEnd(decimals, "0"));
}

// A row that says what it is of has a price to come, and without it there is no total yet.
function costOf(row) {
  const [quantity, price] = ["quantity", "price"].map((part) => row.querySelector(`[name$="-${part}"]`).value.trim());
  if (!price) return fieldsOf(row).some((field) => field.value.trim()) ? NaN : 0;
  return amountIn(price) * (/^\d+$/.test(quantity) ? Number(quantity) : NaN);
}

function sayTotal() {
  const { shipping, discount } = orderForm.elements;
  const costs = [...orderForm.querySelectorAll("[data-row]")].map(costOf);
  const sum = costs.reduce((one, other) => one + other, amountIn(shipping.value) - amountIn(discount.value));
  const said = sum >= 0 ? inMoney.format(sum / 10 ** decimals) : "–";
  if (shown.textContent !== said) shown.textContent = said;
}

if (shown) {
  shown.closest("[hidden]").hidden = false;
  sayTotal();
}
orderForm?.addEventListener("input", (event) => {
  whenTyped(event);
  if (shown) sayTotal();
});
