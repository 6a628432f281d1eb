// Makes pages quicker for who has scripts. Every task can be done without: this file only starts GOV.UK Frontend's
// components, and keeps a form from being sent twice by a double click.
import { initAll } from "./govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Parts that htmx brings in have components too.
document.body.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) initAll({ scope: event.target });
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Answers by the keys 1, 2 and 3, where whoever reviews has not turned them off. A key alone, and not while one types.
const hint = document.querySelector("[data-keys]");
if (hint) hint.hidden = false;
if (hint && hint.dataset.keys === "on") {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const button = /^[1-9]$/.test(event.key) && document.querySelector(`button[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
