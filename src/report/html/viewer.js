// Logs and test cases: unpacked when somebody looks, drawn as far as they are in sight.
(function () {
  var CHUNK = 200, LINE = 18;
  function byId(id) { return document.getElementById(id); }
  var viewer = byId("viewer"), place = byId("viewer-lines"), find = byId("viewer-find");
  if (!viewer) return;
  var status = find.querySelector("output");
  var lines = [], draw = null, chunks = [], watch = null, hits = [], hit = -1, query = "", asked = 0;

  function unpack(id) {
    var bytes = Uint8Array.from(atob(byId(id).textContent), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  // A line is text and words of styles in turn, with ESC between them.
  function plain(line) {
    return line.split("\u001b").filter(function (_, at) { return at % 2 === 0; }).join("");
  }
  function drawLine(at) {
    var row = document.createElement("div"), cell = document.createElement("span");
    row.className = "line";
    row.dataset.n = at + 1;
    var parts = lines[at].split("\u001b");
    for (var part = 0; part < parts.length; part += 2) {
      if (!parts[part]) continue;
      var words = part > 0 ? parts[part - 1] : "";
      var target = cell;
      if (words) {
        target = document.createElement("span");
        words.split(" ").forEach(function (word) {
          if (word.indexOf("#") < 0) { target.classList.add("t-" + word); return; }
          if (word[0] === "f") window.proveColour(target, word.slice(1)); else window.proveColour(target, "", word.slice(1));
        });
        cell.append(target);
      }
      target.append(parts[part]);
    }
    row.append(cell);
    return row;
  }
  function drawCase(at) {
    var one = lines[at], row = document.createElement("div"), word = document.createElement("b");
    row.className = "case";
    word.className = /^(passed|failed|errored|skipped)$/.test(one[0]) ? one[0] : "";
    word.textContent = one[0];
    row.append(word, " ");
    var suite = document.createElement("span");
    suite.className = "muted";
    suite.textContent = one[1] ? one[1] + " " : "";
    row.append(suite, one[2]);
    if (one[3] !== null) row.append(" \u00b7 " + one[3] + " ms");
    if (one[4]) {
      var message = document.createElement("pre");
      message.textContent = one[4];
      row.append(message);
    }
    return row;
  }
  function textOf(at) {
    return (draw === drawCase ? lines[at][1] + " " + lines[at][2] + " " + lines[at][4] : plain(lines[at])).toLowerCase();
  }

  function fill(chunk) {
    if (chunk.firstChild) return;
    var from = Number(chunk.dataset.from), all = document.createDocumentFragment();
    for (var at = from; at < Math.min(from + CHUNK, lines.length); at += 1) all.append(draw(at));
    chunk.append(all);
    chunk.style.minHeight = "";
  }
  function show(found, how) {
    lines = found;
    draw = how;
    chunks = [];
    hits = [];
    hit = -1;
    query = "";
    place.classList.toggle("cases-view", how === drawCase);
    if (watch) watch.disconnect();
    watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) { if (entry.isIntersecting) fill(entry.target); });
    }, { root: place, rootMargin: "600px" });
    for (var from = 0; from < lines.length; from += CHUNK) {
      var chunk = document.createElement("div");
      chunk.className = "chunk";
      chunk.dataset.from = from;
      chunk.style.minHeight = Math.min(CHUNK, lines.length - from) * LINE + "px";
      chunks.push(chunk);
      watch.observe(chunk);
    }
    place.replaceChildren.apply(place, chunks);
    place.scrollTop = 0;
  }

  function element(at) {
    var chunk = chunks[Math.floor(at / CHUNK)];
    fill(chunk);
    return chunk.children[at % CHUNK];
  }
  function search() {
    query = find.q.value.toLowerCase();
    hits = [];
    hit = -1;
    if (query) for (var at = 0; at < lines.length; at += 1) if (textOf(at).indexOf(query) >= 0) hits.push(at);
  }
  // Where in the line it is, in browsers that can show that without an element.
  function light(row) {
    if (typeof Highlight === "undefined" || !CSS.highlights) return;
    var all = new Highlight(), walk = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), node;
    while ((node = walk.nextNode())) {
      var text = node.data.toLowerCase();
      for (var at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) {
        if (at + query.length > node.length) break;
        var range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + query.length);
        all.add(range);
      }
    }
    CSS.highlights.set("hit", all);
  }
  function step(by) {
    if (find.q.value.toLowerCase() !== query) search();
    place.querySelectorAll(".at").forEach(function (row) { row.classList.remove("at"); });
    if (!hits.length) {
      status.value = query ? "not found" : "";
      return;
    }
    hit = (hit + by + hits.length + (hit < 0 && by < 0 ? 1 : 0)) % hits.length;
    var row = element(hits[hit]);
    row.classList.add("at");
    light(row);
    row.scrollIntoView({ block: "center", behavior: "instant" });
    status.value = hit + 1 + " of " + hits.length + ", line " + (hits[hit] + 1);
  }
  find.addEventListener("submit", function (event) { event.preventDefault(); step(1); });
  find.addEventListener("input", function () { status.value = ""; });
  find.querySelector("[data-step]").addEventListener("click", function () { step(-1); });
  byId("viewer-wrap").addEventListener("change", function () { place.classList.toggle("wrap", this.checked); });
  byId("viewer-close").addEventListener("click", function () { viewer.close(); });
  viewer.addEventListener("close", function () { lines = []; place.replaceChildren(); });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-log],[data-cases]");
    if (!button) return;
    var log = button.dataset.log, mine = (asked += 1);
    byId("viewer-h").textContent = button.dataset.name;
    place.textContent = "Unpacking\u2026";
    status.value = "";
    find.q.value = "";
    viewer.showModal();
    var text = typeof DecompressionStream === "undefined"
      ? Promise.reject(new Error("this browser cannot unpack (DecompressionStream)"))
      : unpack(log ? "log-" + log : "cases-" + button.dataset.cases);
    text.then(function (text) {
      if (mine !== asked || !viewer.open) return;
      if (log) show(text.replace(/\n$/, "").split("\n"), drawLine); else show(JSON.parse(text), drawCase);
      place.focus();
    }).catch(function (error) {
      place.textContent = "It cannot be shown: " + error.message;
    });
  });
})();
