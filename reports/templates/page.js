"use strict";
(() => {
  const form = document.getElementById("filters");
  if (form) {
    const rows = [...document.querySelectorAll("table.cases > tbody > tr")];
    const shown = document.getElementById("shown");
    const apply = () => {
      const words = form.text.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      for (const row of rows) {
        const d = row.dataset;
        const find = d.find.toLowerCase();
        const keep = (!form.verdict.value || d.verdict === form.verdict.value) &&
          (!form.level.value || d.level === form.level.value) &&
          (!form.group.value || d.group === form.group.value) &&
          words.every((w) => find.includes(w));
        row.hidden = !keep;
        if (keep) ++n;
      }
      shown.value = n + " of " + rows.length + " cases";
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (e) => e.preventDefault());
    form.hidden = false;
    apply();
  }

  // A link to a case opens what it stands in, also where a filter hides it.
  const reveal = () => {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { /* as it stands */ }
    const target = name && document.getElementById(name);
    if (!target) return;
    for (let e = target; e; e = e.parentElement) {
      if (e.tagName === "DETAILS") e.open = true;
      if (e.hidden && e.tagName === "TR") e.hidden = false;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // On paper the packets of failures are read, not clicked; of many failures they would fill a book.
  addEventListener("beforeprint", () => {
    if (document.querySelector(".more")) return;
    for (const d of document.querySelectorAll(".failure details")) d.open = true;
  });
})();
