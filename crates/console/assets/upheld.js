// Small comforts on pages that work without them.

// Closes open menus when something else is pressed, and with Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Keys: / finds, ? shows them, g then a number goes to an entry of the menu.
let going = false;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    if (openPalette()) event.preventDefault();
    return;
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    if (openPalette()) event.preventDefault();
  } else if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  } else if (going && /^[1-9]$/.test(event.key)) {
    document.querySelectorAll(".nav > ul > li > a")[event.key - 1]?.click();
  }
  going = event.key === "g";
});

// The palette: results come from the search page; arrows choose, Enter opens.
const palette = document.getElementById("palette");
const asked = document.getElementById("palette-q");

function openPalette() {
  if (!palette) return false;
  if (!palette.open) palette.showModal();
  asked.select();
  return true;
}

function choose(step) {
  const found = [...palette.querySelectorAll("a.result")];
  const at = found.findIndex((it) => it.getAttribute("aria-selected") === "true");
  const next = found[(Math.max(at, step > 0 ? -1 : 0) + step + found.length) % found.length];
  for (const [index, it] of found.entries()) {
    it.id = `result-${index}`;
    it.setAttribute("aria-selected", it === next);
  }
  next?.scrollIntoView({ block: "nearest" });
  asked.setAttribute("aria-activedescendant", next?.id ?? "");
}

palette?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    const chosen = palette.querySelector('a.result[aria-selected="true"]');
    if (!chosen) return;
    event.preventDefault();
    chosen.click();
  }
});
palette?.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});

// Copies what is shown once.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}

// A link to a folded part unfolds it.
function unfold() {
  if (location.hash.length < 2) return;
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target?.closest("details");
  if (folded) folded.open = true;
}
addEventListener("hashchange", unfold);
unfold();
