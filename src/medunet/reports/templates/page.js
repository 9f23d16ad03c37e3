
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);

  // Tables: a click on a heading sorts; cells without a number stay last in both directions.
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const compare = (a, b, numeric) => (numeric ? Number(a) - Number(b) : words.compare(a, b));

  const sortable = (table) => {
    const body = table.tBodies[0];
    all("thead th", table).forEach((heading, column) => {
      const button = make("button", { type: "button" });
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const up = heading.getAttribute("aria-sort") !== "ascending";
        const rows = [...body.rows].map((row) => [key(row, column), row]);
        const numeric = rows.every(([value]) => value === "" || Number.isFinite(Number(value)));
        rows.sort(([a], [b]) => {
          if (a === "" || b === "") return (a === "") - (b === "");
          return up ? compare(a, b, numeric) : compare(b, a, numeric);
        });
        body.append(...rows.map(([, row]) => row));
        all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      });
    });
  };

  const filterable = (box) => {
    const rows = [...box.querySelector("tbody").rows];
    const bar = make("div", { className: "filter" });
    const label = make("label", { textContent: "Filter rows " });
    const input = make("input", { type: "search", autocomplete: "off" });
    const shown = make("span", { className: "shown" });
    shown.setAttribute("role", "status");
    label.append(input);
    bar.append(label, shown);
    box.prepend(bar);
    const apply = () => {
      const parts = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row) => {
        const text = row.textContent.toLocaleLowerCase();
        row.hidden = !parts.every((part) => text.includes(part));
      });
      const count = rows.filter((row) => !row.hidden).length;
      shown.textContent = `${count} of ${rows.length} rows`;
    };
    input.addEventListener("input", apply);
    apply();
  };

  all(".table").forEach((box) => {
    sortable(box.querySelector("table"));
    if (box.hasAttribute("data-filter")) filterable(box);
  });

  // Pictures: a click enlarges; arrow keys lead to the neighbours, o, r and c switch the layers, Escape closes.
  const viewer = document.querySelector(".viewer");
  const stage = viewer.querySelector(".viewer-stage");
  const place = viewer.querySelector(".viewer-place");
  let series = [];
  let at = 0;

  const fit = (film, image) => {
    const ratio = image.getAttribute("width") / image.getAttribute("height");
    film.style.width = `min(100%, calc(74vh * ${ratio}))`;
  };

  const show = (index) => {
    at = (index + series.length) % series.length;
    const figure = series[at].cloneNode(true);
    figure.removeAttribute("id");
    const film = make("div", { className: "film" });
    const old = figure.querySelector(".film");
    film.style.cssText = old.style.cssText;
    film.append(...old.childNodes);
    fit(film, film.querySelector("img"));
    old.replaceWith(film);
    stage.replaceChildren(...all(".key", viewer), figure);
    place.textContent = `${at + 1} of ${series.length}`;
  };

  const open = (figure) => {
    const group = figure.closest(".pictures");
    series = all(".picture", group);
    const layers = group.querySelector(".key");
    stage.replaceChildren(...(layers ? [layers.cloneNode(true)] : []));
    all("input", layers ?? undefined).forEach((input, index) => {
      const twin = all(".viewer-stage .key input", viewer)[index];
      if (layers && twin) twin.checked = input.checked;
    });
    show(series.indexOf(figure));
    viewer.showModal();
  };

  all(".picture .film").forEach((film) => {
    const button = make("button", { type: "button", className: "film" });
    button.style.cssText = film.style.cssText;
    button.append(...film.childNodes);
    button.setAttribute("aria-haspopup", "dialog");
    film.replaceWith(button);
    button.addEventListener("click", () => open(button.closest(".picture")));
  });

  all("td a[href^='#picture-']").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open(document.getElementById(link.hash.slice(1)));
    });
  });

  all("[data-step]", viewer).forEach((button) => {
    button.addEventListener("click", () => show(at + Number(button.dataset.step)));
  });
  viewer.querySelector("[data-close]").addEventListener("click", () => viewer.close());
  viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(at + 1);
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    all(`input[aria-keyshortcuts="${CSS.escape(event.key.toLocaleLowerCase())}"]`, viewer).forEach((box) => box.click());
  });

  // Texts for a paper: a button copies them, also where the browser keeps the clipboard from files.
  const copyByHand = (text) => {
    const area = make("textarea", { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  all("[data-copy]").forEach((box) => {
    const bar = make("p", { className: "copy" });
    const button = make("button", { type: "button", textContent: "Copy the text" });
    const said = make("span");
    said.setAttribute("role", "status");
    bar.append(button, said);
    box.append(bar);
    const tell = (done) => { said.textContent = done ? "Copied." : "Not copied: mark the text and copy it by hand."; };
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(box.dataset.copy);
        tell(true);
      } catch {
        tell(copyByHand(box.dataset.copy));
      }
    });
  });

  // Paper shows everything that is folded on the screen.
  addEventListener("beforeprint", () => all("details").forEach((fold) => { fold.open = true; }));
})();
