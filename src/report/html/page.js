"use strict";
// The page without its logs: theme, gates that are found, sorted and opened, zoom.
(function () {
  var root = document.documentElement;
  root.classList.add("js-on");
  function byId(id) { return document.getElementById(id); }

  // Theme: as the system says, or as somebody chose. A page on disk may have nowhere to keep it.
  var themes = ["system", "light", "dark"], theme = "system";
  try { theme = localStorage.getItem("prove-theme") || theme; } catch (_) { /* not kept */ }
  function wear() {
    if (themes.indexOf(theme) < 0) theme = "system";
    if (theme === "system") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", theme);
    byId("theme").textContent = "Theme: " + theme;
  }
  if (byId("theme")) {
    wear();
    byId("theme").addEventListener("click", function () {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      try { localStorage.setItem("prove-theme", theme); } catch (_) { /* not kept */ }
      wear();
    });
  }

  // A gate opens by its button, and by a link to it.
  function turn(item, open) {
    item.classList.toggle("open", open);
    item.querySelector(".row").setAttribute("aria-expanded", open);
    if (open && !item.dataset.told) tell(item);
  }
  function reveal() {
    var item = /^#g-\d+$/.test(location.hash) && byId(location.hash.slice(1));
    if (!item) return;
    item.hidden = false;
    turn(item, true);
    item.scrollIntoView({ block: "start" });
    item.querySelector(".row").focus({ preventScroll: true });
  }
  addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var row = event.target.closest && event.target.closest(".row");
    if (row) turn(row.parentNode, row.getAttribute("aria-expanded") !== "true");
    var link = event.target.closest && event.target.closest("a[href^='#g-']");
    // The same link twice changes no hash.
    if (link && link.getAttribute("href") === location.hash) reveal();
  });

  // Exact colours of what is in the markup already.
  function colour(element, fore, back) {
    if (/^#[0-9a-f]{6}$/.test(fore || "")) element.style.color = fore;
    if (/^#[0-9a-f]{6}$/.test(back || "")) element.style.backgroundColor = back;
  }
  document.querySelectorAll("[data-f],[data-k]").forEach(function (element) {
    colour(element, element.dataset.f, element.dataset.k);
  });
  window.proveColour = colour;

  // A gate that is opened says what it waits for, and offers its log.
  function tell(item) {
    item.dataset.told = "yes";
    var body = item.querySelector(".body");
    if (!body) {
      body = document.createElement("div");
      body.className = "body";
      item.append(body);
    }
    var bare = !body.firstChild;
    var after = (item.dataset.after || "").split(" ").filter(Boolean);
    if (after.length) {
      var waits = document.createElement("p");
      waits.append("Waits for ");
      after.forEach(function (at, nth) {
        var other = byId("g-" + at), link = document.createElement("a");
        if (!other) return;
        link.href = "#g-" + at;
        link.textContent = other.querySelector(".name").textContent;
        if (nth) waits.append(", ");
        waits.append(link);
      });
      body.prepend(waits);
    }
    if (item.dataset.at) {
      var place = document.createElement("p");
      place.className = "muted";
      place.textContent = "Written at " + item.dataset.at;
      body.append(place);
    }
    if (item.dataset.lines) {
      var offer = document.createElement("p"), button = document.createElement("button");
      button.type = "button";
      button.dataset.log = item.id.slice(2);
      button.dataset.name = item.querySelector(".name").textContent;
      button.textContent = "Whole log (" + item.dataset.lines + (item.dataset.lines === "1" ? " line)" : " lines)");
      offer.append(button);
      body.append(offer);
    } else if (bare) {
      var nothing = document.createElement("p");
      nothing.textContent = "It printed nothing.";
      body.append(nothing);
    }
  }

  // What failed last is at the end of what was printed.
  document.querySelectorAll("pre.log").forEach(function (log) { log.scrollTop = log.scrollHeight; });

  // The list of gates: find, show, sort.
  var form = byId("filter");
  if (form) {
    var list = document.querySelector(".gates");
    var items = null;
    var index = function () {
      items = Array.prototype.map.call(list.children, function (item, at) {
        var part = function (name) { return item.querySelector(".row ." + name).textContent; };
        return { item: item, at: at, name: part("name"), ms: Number(item.dataset.ms),
          text: (part("name") + " " + part("what")).toLowerCase() };
      });
    };
    var wanted = function (item, show) {
      if (!show) return true;
      if (show === "flaky" || show === "advisory") return item.hasAttribute("data-" + show);
      if (show === "bad") return item.dataset.v !== "passed" && item.dataset.v !== "na";
      return item.dataset.v === show;
    };
    Array.prototype.forEach.call(list.children, function (item) { item.firstChild.setAttribute("aria-expanded", "false"); });
    var sorted = "";
    var filter = function () {
      // Nobody asked for anything: nothing is hidden, and nothing has to be read for that.
      if (!items && !form.q.value && !form.v.value && !form.s.value) return;
      if (!items) index();
      var words = form.q.value.toLowerCase().split(/\s+/), shown = 0;
      items.forEach(function (one) {
        var found = wanted(one.item, form.v.value) && words.every(function (word) { return one.text.indexOf(word) >= 0; });
        one.item.hidden = !found;
        if (found) shown += 1;
      });
      if (form.s.value !== sorted) {
        sorted = form.s.value;
        items.sort(function (a, b) {
          if (sorted === "time" && a.ms !== b.ms) return b.ms - a.ms;
          if (sorted === "name" && a.name !== b.name) return a.name < b.name ? -1 : 1;
          return a.at - b.at;
        });
        list.append.apply(list, items.map(function (one) { return one.item; }));
      }
      form.n.value = shown === items.length ? "" : shown + " of " + items.length;
    };
    form.addEventListener("input", filter);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    addEventListener("pageshow", filter);
  }

  // Zoom of the two pictures.
  document.querySelectorAll("[data-zoom]").forEach(function (tools) {
    var view = byId(tools.dataset.zoom), svg = view && view.querySelector("svg"), scale = 1;
    if (!svg) return;
    var dag = svg.classList.contains("dag");
    var width = dag ? Number(svg.getAttribute("width")) : 0;
    var zoom = function (to) {
      scale = Math.min(64, Math.max(0.1, to));
      if (dag) {
        svg.style.width = width * scale + "px";
        svg.style.height = "auto";
      } else {
        scale = Math.max(1, scale);
        svg.style.width = scale * 100 + "%";
      }
    };
    var fit = function () { return dag ? Math.min(1, (view.clientWidth - 28) / width) : 1; };
    [["Smaller", function () { zoom(scale / 1.5); }], ["Larger", function () { zoom(scale * 1.5); }],
      ["Fit", function () { zoom(fit()); }]].forEach(function (button) {
      var element = document.createElement("button");
      element.type = "button";
      element.textContent = button[0];
      element.setAttribute("aria-label", button[0] + ": " + view.getAttribute("aria-label"));
      element.addEventListener("click", button[1]);
      tools.append(element);
    });
    // What is only a little too wide is fitted; smaller than that nobody could read it.
    if (dag && fit() < 1 && fit() >= 0.7) zoom(fit());
  });

  // The wall: a cell says its name and what is next to it.
  var wall = document.querySelector(".wall"), near = [];
  if (wall) wall.addEventListener("pointerover", function (event) {
    var cell = event.target.closest(".cell");
    near.forEach(function (other) { other.classList.remove("near"); });
    near = [];
    if (!cell) return;
    var at = cell.getAttribute("href").slice(3);
    (cell.dataset.after || "").split(" ").forEach(function (need) {
      var other = need && wall.querySelector(".cell[href='#g-" + need + "']");
      if (other) near.push(other);
    });
    wall.querySelectorAll(".cell[data-after~='" + at + "']").forEach(function (other) { near.push(other); });
    near.forEach(function (other) { other.classList.add("near"); });
    var item = byId("g-" + at);
    byId("pointed").textContent = item.querySelector(".name").textContent + " " + item.querySelector(".v").textContent;
  });
  // One key to search: in a log when one is open, in the list of gates otherwise.
  addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
    var viewer = byId("viewer"), field = viewer && viewer.open ? byId("viewer-find").q : form && form.q;
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  reveal();
  performance.mark("prove-ready");
})();
