"use strict";
// Everything works without this file. It adds keys that press the visible button or link which carries
// `data-key`, and a count of what is selected. Keys are left alone in fields and with modifiers, and can be
// turned off, because people who speak to their computer press many keys at once (WCAG 2.1.4).
{
  const queue = document.getElementById("changelist-form");
  const boxes = () => [...document.querySelectorAll(".nr-queue .action-select")];
  const counter = document.querySelector(".nr-queue .action-counter");

  const all = document.querySelector(".nr-queue .nr-all input");

  const count = () => {
    const each = boxes().filter((box) => box !== all);
    const selected = each.filter((box) => box.checked).length;
    if (counter) counter.textContent = all?.checked ? all.dataset.told : `${counter.dataset.selected} ${selected} / ${each.length}`;
  };

  // Who looks at this comment: said while the page is seen, renewed before it ends; the answer is a sentence or none.
  const claim = document.querySelector("[data-claim]");
  const token = queue?.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const sayIAmHere = async () => {
    if (document.hidden) return;
    try {
      const body = new URLSearchParams({ seen: claim.dataset.seen });
      const answer = await fetch(claim.dataset.claim, { method: "POST", body, headers: { "X-CSRFToken": token } });
      const { told } = await answer.json();
      if (claim.textContent !== told) claim.textContent = told;
    } catch {
      // Without a connection nobody is told; deciding says so.
    }
  };
  if (claim && queue.querySelector(".nr-decide")) {
    sayIAmHere();
    setInterval(sayIAmHere, 60_000);
    document.addEventListener("visibilitychange", sayIAmHere);
  }

  // What is typed and not sent must not go with a key or a link.
  let leaving = false;
  document.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => {
    const typed = [...document.querySelectorAll(".nr-inplace textarea")].some((field) => field.value !== field.defaultValue);
    if (typed && !leaving) event.preventDefault();
  });

  const OFF = "newsroom-keys-off";
  const useKeys = document.getElementById("use-keys"); // not where the list is empty, and undoing is all there is
  const keysAreOn = () => !localStorage.getItem(OFF);
  if (useKeys) {
    useKeys.closest("details").hidden = false;
    useKeys.checked = keysAreOn();
    useKeys.addEventListener("change", () => {
      if (useKeys.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    });
  }

  const closeMenus = () => {
    for (const menu of document.querySelectorAll(".nr-why-menu[open]")) menu.open = false;
  };

  // What is selected stays so on the way to another comment of the list: its page is a new one.
  const SELECTED = "newsroom-selected";
  const left = JSON.parse(sessionStorage.getItem(SELECTED) ?? "[]");
  sessionStorage.removeItem(SELECTED);
  for (const box of boxes()) box.checked ||= left.includes(box.value);
  for (const link of document.querySelectorAll(".nr-qi > a, .nr-qpos a")) {
    link.addEventListener("click", () => {
      const selected = boxes().filter((box) => box.checked).map((box) => box.value);
      sessionStorage.setItem(SELECTED, JSON.stringify(selected));
    });
  }

  const isTyping = (target) =>
    target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=submit])");

  document.addEventListener("change", (event) => {
    if (event.target.matches(".action-select")) count();
  });

  document.addEventListener("keydown", (event) => {
    if (!queue || !keysAreOn() || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "escape") {
      closeMenus();
      for (const box of boxes()) box.checked = false;
      count();
    } else if (key === "x") {
      queue.querySelector(".is-current .action-select")?.click();
    } else {
      const button = [...queue.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((each) => each.checkVisibility());
      if (!button) return;
      button.click();
      button.closest("details[open]")?.querySelector("textarea, button")?.focus();
    }
    event.preventDefault();
  });

  // What is typed in place must be seen whole, buttons too.
  for (const form of document.querySelectorAll(".nr-inplace")) {
    form.addEventListener("toggle", () => { if (form.open) form.scrollIntoView({ block: "nearest" }); });
  }

  // Not scrollIntoView: on a phone, where the list does not scroll by itself, it would move the page.
  const list = document.querySelector(".nr-q");
  const current = list?.querySelector(".is-current");
  if (current) list.scrollTop = current.offsetTop - list.clientHeight / 2;
  count();
}
