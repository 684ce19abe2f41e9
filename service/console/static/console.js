// Keys and a clock for the lease. Everything works without this file.
"use strict";

const dialog = document.getElementById("keys");
for (const button of document.querySelectorAll("[data-open=keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row] .row-title a, [data-section]")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + by))];
  next.focus({ focusVisible: true });
  next.scrollIntoView({ block: next.matches("a") ? "nearest" : "start" });
}

const deeds = {
  n: () => document.getElementById("next")?.click(),
  j: () => step(1),
  k: () => step(-1),
  q: () => location.assign("/console"),
  d: () => {
    const decision = document.getElementById("decision");
    decision?.scrollIntoView({ block: "start" });
    (decision?.querySelector("input[type=radio]") ?? decision)?.focus();
  },
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const deed = deeds[event.key];
  if (deed && document.querySelector("header.top")) {
    event.preventDefault();
    deed();
  }
});

const lease = document.querySelector("[data-lease]");
if (lease) {
  const until = Date.parse(lease.dataset.lease);
  const told = lease.textContent;
  const show = () => {
    const left = Math.round((until - Date.now()) / 60000);
    lease.textContent = left > 0 ? `${told} (${left} min left)` : "no more: take it again before you decide";
    lease.classList.toggle("late", left < 3);
  };
  show();
  setInterval(show, 20000);
}

// Hashes of files, taken here: a file itself never leaves this machine.
for (const pick of document.querySelectorAll("[data-hash-into]")) {
  if (!globalThis.crypto?.subtle) continue;
  const into = document.getElementById(pick.dataset.hashInto);
  const told = pick.parentElement.querySelector("[role=status]");
  pick.parentElement.hidden = false;
  pick.addEventListener("change", async () => {
    for (const file of pick.files) {
      told.textContent = `hashing ${file.name} …`;
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const hex = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      into.value += `${into.value && !into.value.endsWith("\n") ? "\n" : ""}${hex}  ${file.name}\n`;
    }
    told.textContent = `${pick.files.length} hashed`;
    pick.value = "";
  });
}
