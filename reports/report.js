// Makes tables sortable, filterable and ready to download, and the colours switchable. Without it all is shown.
"use strict";
(() => {
  const FEWEST_ROWS = 4; // that are worth a filter

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const flat = (text) => text.replace(/\s+/g, " ").trim();

  // What a cell says, without the numbers of footnotes, and its small print.
  const small = (cell) => flat(cell.querySelector("small")?.textContent ?? "");
  const said = (cell) => {
    const own = [...cell.childNodes].filter((node) => !["SMALL", "SUP"].includes(node.nodeName));
    return flat(own.map((node) => (node.nodeName === "BR" ? " " : node.textContent)).join(""));
  };
  const value = (cell) => parseFloat(cell.dataset.order ?? cell.dataset.value);

  // Rows are hidden by what is typed and picked.
  function filters(table, changed) {
    const rows = [...table.tBodies[0].rows].map((row) => ({
      row,
      text: [...row.cells].map((cell) => `${said(cell)} ${small(cell)}`).join(" ").toLowerCase(),
      picks: JSON.parse(row.dataset.choices ?? "[]"),
    }));
    if (rows.length < FEWEST_ROWS) return [];
    const search = element("input", { type: "search", autocomplete: "off", spellcheck: false });
    const choices = JSON.parse(table.dataset.choices ?? "[]").map((name, index) => {
      const values = [...new Set(rows.map(({ picks }) => picks[index]))];
      const select = element("select", {}, element("option", { value: "", textContent: "all" }));
      select.append(...values.map((each, place) => element("option", { value: place, textContent: each })));
      return { name, select, fits: (picks) => select.value === "" || picks[index] === values[select.value] };
    });
    const apply = () => {
      const terms = flat(search.value).toLowerCase().split(" ");
      for (const { row, text, picks } of rows) {
        row.hidden = !(terms.every((term) => text.includes(term)) && choices.every(({ fits }) => fits(picks)));
      }
      changed();
    };
    search.addEventListener("input", apply);
    choices.forEach(({ select }) => select.addEventListener("change", apply));
    return [["Filter", search], ...choices.map(({ name, select }) => [name, select])].map(
      ([name, control]) => element("label", {}, `${name} `, control),
    );
  }

  // A button in each heading; rows without a value stay at the end.
  function sorting(table, changed) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      const button = element("button", { type: "button" }, ...head.childNodes);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const numeric = [...body.rows].some(({ cells }) => !Number.isNaN(value(cells[index])));
        const [first, other] = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
        const order = head.getAttribute("aria-sort") === first ? other : first;
        const sign = order === "ascending" ? 1 : -1;
        const compare = (a, b) => {
          const [one, two] = [a.cells[index], b.cells[index]];
          if (!numeric) return sign * said(one).localeCompare(said(two), "en", { numeric: true });
          const [x, y] = [value(one), value(two)];
          if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
          return sign * (x - y);
        };
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        body.append(...[...body.rows].sort(compare));
        changed(`sorted by ${said(head)}, ${order}`);
      });
    });
  }

  // The rows that are shown, in the order shown: numbers in full, small print in columns of its own.
  function csv(table) {
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    const columns = [...table.tHead.rows[0].cells].flatMap((head, index) => {
      const full = (row) => row.cells[index].dataset.value ?? said(row.cells[index]).replace(/^–$/, "");
      const print = (row) => small(row.cells[index]);
      const name = said(head);
      return rows.some(print) ? [[name, full], [`${name}: detail`, print]] : [[name, full]];
    });
    const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, read]) => read(row)))];
    return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
  }
  function quoted(text) {
    // What a spreadsheet would take for a formula becomes text: a name may come from anywhere.
    const safe = /^[=@+-]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
  function download(table) {
    const button = element("button", { type: "button", textContent: "Download CSV" });
    button.addEventListener("click", () => {
      const address = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
      const name = `${document.title} ${table.dataset.name}`.replace(/[^A-Za-z0-9.]+/g, "-").slice(0, 120);
      element("a", { href: address, download: `${name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    });
    return button;
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const rows = table.tBodies[0].rows;
    if (rows.length < 2) continue;
    const region = table.closest(".scroll");
    const status = element("span", {});
    status.setAttribute("role", "status"); // a change is read out
    let order = "";
    const tell = (sorted = order) => {
      order = sorted;
      const shown = [...rows].filter((row) => !row.hidden).length;
      const count = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows shown`;
      status.textContent = [count, order].filter(Boolean).join(", ");
    };
    sorting(table, tell);
    const tools = element("div", { className: "tools" }, ...filters(table, () => tell()), status, download(table));
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", region.getAttribute("aria-label"));
    tell();
    region.before(tools);
  }

  // Light or dark as the system has it, until the reader chooses; the choice ends with the page.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const theme = element("button", { type: "button", className: "theme", textContent: "Dark colours" });
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  document.querySelector("header").prepend(theme);
  show();

  // A printed page cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));
})();
