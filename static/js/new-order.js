// A new order says its total before it is saved. The server works it out itself.
"use strict";

const orderForm = document.querySelector("form[data-new-order]");

// The total, in the smallest units of the currency; NaN while something in it can't be read, as of that no sum is one.
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

function costOf(row) {
  const [quantity, price] = ["quantity", "price"].map((part) => row.querySelector(`[name$="-${part}"]`).value.trim());
  if (!price) return 0;
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
orderForm?.addEventListener("input", () => {
  if (shown) sayTotal();
});
