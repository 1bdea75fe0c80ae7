/* What makes writing a story quicker; everything it does also works, slower, without it.
   All words come from data attributes of the page. */
(function () {
    "use strict";
    const form = document.getElementById("workingcopy_form");
    if (!form) { return; }
    const editor = () => window.CKEDITOR && CKEDITOR.instances.id_body;
    let touched = Boolean(document.querySelector("[data-typed]")), leaving = false;
    // Something was typed, ticked or moved: it asks before leaving, and keep.js hears of it.
    function touch() {
        touched = true;
        form.dispatchEvent(new Event("touched"));
    }

    const named = (text, name) => text.replace("%(name)s", name);

    // ---- look-ups: one field, a list below it, arrows, Enter, Escape

    function lookUp(input, { address, found, none, extra, pick }) {
        const list = document.createElement("ul");
        let options = [], active = -1, asked = 0;
        list.className = "nr-options";
        list.id = `${input.id}_options`;
        list.setAttribute("role", "listbox");
        list.setAttribute("aria-label", input.getAttribute("aria-label") || input.placeholder || input.labels[0].textContent);
        list.hidden = true;
        input.after(list);
        for (const [name, value] of Object.entries({
            role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
        })) { input.setAttribute(name, value); }

        function close() {
            list.hidden = true;
            active = -1;
            input.setAttribute("aria-expanded", "false");
            input.removeAttribute("aria-activedescendant");
        }
        function mark(index) {
            active = index;
            [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === index)));
            const item = list.children[index];
            if (item && options.length) {
                input.setAttribute("aria-activedescendant", item.id);
                item.scrollIntoView({ block: "nearest" });
            }
        }
        function choose(index) {
            const option = options[index];
            input.value = "";
            close();
            pick(option);
        }
        function show() {
            list.replaceChildren(...options.map((option, n) => {
                const item = document.createElement("li");
                item.id = `${list.id}_${n}`;
                item.setAttribute("role", "option");
                item.append(option.says || option.name);
                if (option.note) {
                    const note = document.createElement("span");
                    note.className = option.look ? `nr-pub nr-pub--${option.look}` : "nr-kind";
                    note.textContent = option.note;
                    item.append(" ", note);
                }
                item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(n); });
                return item;
            }));
            if (!options.length) {
                const item = document.createElement("li");
                item.textContent = none;
                item.setAttribute("role", "option");
                item.setAttribute("aria-disabled", "true");
                list.append(item);
            }
            list.hidden = false;
            input.setAttribute("aria-expanded", "true");
            mark(options.length ? 0 : -1);
        }
        async function ask() {
            const words = input.value.trim(), mine = ++asked;
            if (!words) { close(); return; }
            const url = new URL(address, location.href);
            url.searchParams.set("q", words);
            if (found.not) { url.searchParams.set("not", found.not); }
            let results = [];
            try {
                const answer = await fetch(url);
                results = answer.ok ? (await answer.json()).results : [];
            } catch { /* no connection: what was typed is kept, and can be taken as it is */ }
            if (mine !== asked) { return; }
            options = [...results.filter((result) => !found.has(result)), ...extra(words, results)];
            show();
        }
        let pause;
        input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(ask, 150); });
        input.addEventListener("blur", close);
        input.addEventListener("keydown", (event) => {
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                event.preventDefault();
                if (list.hidden) { ask(); return; }
                const step = event.key === "ArrowDown" ? 1 : -1;
                if (options.length) { mark((active + step + options.length) % options.length); }
            } else if (event.key === "Enter") {
                event.preventDefault(); // Enter never presses a step
                clearTimeout(pause);
                if (!list.hidden && active >= 0) { choose(active); } else if (input.value.trim()) { ask(); }
            } else if (event.key === "Escape" && !list.hidden) {
                event.preventDefault();
                event.stopPropagation();
                close();
            }
        });
    }

    // ---- tags and bylines: chips

    document.querySelectorAll("[data-pick]").forEach((box) => {
        const chips = box.querySelector(".nr-chips"), input = box.querySelector(".nr-tagadd"), name = box.dataset.pick;
        const ordered = "ordered" in box.dataset;

        function chip(option) {
            const item = document.createElement("li"), label = document.createElement("label"), tick = document.createElement("input");
            label.className = "nr-chip";
            tick.type = "checkbox";
            tick.checked = true;
            tick.name = option.id ? name : `${name}-add`;
            tick.value = option.id || option.name;
            label.append(tick, " ", option.name);
            if (option.note) {
                const kind = document.createElement("span");
                kind.className = "nr-kind";
                kind.textContent = option.note;
                label.append(" ", kind);
            }
            item.append(label);
            chips.append(item);
            movable();
            touch();
        }
        function movable() {
            if (!ordered) { return; }
            [...chips.children].forEach((item, n) => {
                let button = item.querySelector("button");
                if (!button) {
                    button = document.createElement("button");
                    button.type = "button";
                    button.className = "nr-icon";
                    button.textContent = "↑";
                    button.setAttribute("aria-label", named(box.dataset.up, item.querySelector("label").textContent.trim()));
                    button.addEventListener("click", () => {
                        item.previousElementSibling.before(item);
                        movable();
                        touch();
                        (button.hidden ? input : button).focus();
                    });
                    item.append(button);
                }
                button.hidden = n === 0;
            });
        }
        movable();
        // What an earlier attempt left in the field becomes chips only when it is picked: the field may hold several names.
        lookUp(input, {
            address: box.dataset.url,
            none: box.dataset.none,
            found: { has: (option) => Boolean(chips.querySelector(`input[value="${option.id}"]:checked`)) },
            extra: (words, results) => (!("mayAdd" in box.dataset) || results.some((result) => result.exact)
                ? [] : [{ name: words, says: named(box.dataset.new, words) }]),
            pick: chip,
        });
    });

    // ---- related links

    const links = document.querySelector("[data-related-links]");
    if (links) {
        const rows = links.querySelector(".nr-rel"), name = links.dataset.relatedLinks, said = links.querySelector("[data-said]");
        const dialog = links.querySelector("dialog");
        let cursor = null;

        const part = (row, what) => form.elements[`${name}-${row.dataset.uuid}-${what}`];
        const widgets = () => (editor() && editor().widgets ? Object.values(editor().widgets.instances) : [])
            .filter((widget) => widget.name === "relatedlink");
        const widgetOf = (uuid) => widgets().find((widget) => widget.data.uuid === uuid);

        function insert(uuid, ranges) {
            const writer = editor();
            if (!writer || writer.mode !== "wysiwyg") { return; }
            writer.focus();
            if (ranges && ranges.length) {
                writer.getSelection().selectRanges(ranges);
            } else {
                const end = writer.createRange();
                end.moveToElementEditEnd(writer.editable());
                end.select();
            }
            // The line stands after the block the cursor is in: no paragraph, list or table is taken apart for it.
            const block = writer.elementPath().elements.at(-2);
            if (block && !(block.is("p") && !block.getText().trim())) {
                const after = writer.document.createElement("p"), place = writer.createRange();
                after.insertAfter(block);
                place.moveToElementEditStart(after);
                place.select();
            }
            writer.insertHtml(`<div data-related="${uuid}"></div>`);
        }
        function takeOut(uuid) {
            const widget = widgetOf(uuid);
            if (!widget) { return; }
            editor().fire("saveSnapshot");
            widget.wrapper.remove();
            editor().widgets.checkWidgets();
            editor().fire("saveSnapshot");
            editor().fire("change");
        }
        function tellPlaces() {
            if (!editor() || editor().status !== "ready" || editor().mode !== "wysiwyg") { return; }
            // As the text is, not as the widgets are listed: those learn of a deletion later.
            const lines = editor().editable().$.querySelectorAll("[data-related]");
            const placed = new Set([...lines].map((line) => line.dataset.related));
            [...rows.children].forEach((row, n) => {
                row.querySelector("[data-unplaced]").hidden = part(row, "placement").value !== "inline" || placed.has(row.dataset.uuid);
                row.querySelector('[data-move="up"]').disabled = n === 0;
                row.querySelector('[data-move="down"]').disabled = n === rows.children.length - 1;
            });
        }
        function wire(row) {
            row.querySelectorAll("[data-scripted]").forEach((element) => { element.hidden = false; });
            row.querySelectorAll("[data-move]").forEach((button) => button.addEventListener("click", () => {
                if (button.dataset.move === "up") { row.previousElementSibling.before(row); }
                if (button.dataset.move === "down") { row.nextElementSibling.after(row); }
                if (button.dataset.move === "out") {
                    takeOut(row.dataset.uuid);
                    row.remove();
                    document.getElementById(`${links.id}_find`).focus();
                }
                touch();
                tellPlaces();
                if (button.isConnected && button.disabled) { row.querySelector("[data-move]:enabled").focus(); } else { button.focus(); }
            }));
            part(row, "label").addEventListener("input", (event) => {
                row.dataset.title = event.target.value || part(row, "url").value;
                row.querySelector(".nr-rel-title").textContent = row.dataset.title;
                if (editor() && editor().retell) { editor().retell(); }
            });
            part(row, "placement").addEventListener("change", (event) => {
                const inText = event.target.value === "inline", widget = widgetOf(row.dataset.uuid);
                if (inText && !widget) { insert(row.dataset.uuid, cursor); }
                if (!inText && widget) { takeOut(row.dataset.uuid); }
                event.target.focus();
                tellPlaces();
            });
        }
        function add(option, placement) {
            const content = links.querySelector("template[data-new-link]").innerHTML;
            const old = links.querySelector("template[data-new-link]").content.querySelector("[data-uuid]").dataset.uuid;
            const holder = document.createElement("template"), uuid = newUuid();
            holder.innerHTML = content.replaceAll(old, uuid);
            const row = holder.content.firstElementChild;
            row.dataset.title = option.name;
            row.querySelector(".nr-rel-title").textContent = option.name;
            const state = row.querySelector("[data-state]");
            if (option.look) {
                const dot = document.createElement("span");
                dot.className = `nr-pub nr-pub--${option.look}`;
                dot.textContent = option.note;
                state.append(dot);
            } else { state.textContent = option.url ? option.url : ""; }
            rows.append(row);
            part(row, "target").value = option.id || "";
            part(row, "label").value = option.url ? "" : option.name;
            part(row, "url").value = option.url || "";
            part(row, "placement").value = placement;
            if (option.url) {
                const words = part(row, "label"), around = document.createElement("label");
                around.className = "nr-rel-text";
                around.append(links.dataset.words, " ");
                words.before(around);
                around.append(words);
                words.type = "text";
            }
            wire(row);
            touch();
            said.textContent = option.name;
            return uuid;
        }
        const chooser = (pick) => ({
            address: links.dataset.url,
            none: links.dataset.none,
            found: {
                not: links.dataset.not,
                has: (option) => [...rows.children].some((row) => part(row, "target").value === String(option.id)),
            },
            extra: (words) => (/^https?:\/\//.test(words)
                ? [{ name: words, url: words, says: named(links.dataset.elsewhere, words) }]
                : [{ name: words, says: named(links.dataset.bare, words) }]),
            pick,
        });
        [...rows.children].forEach(wire);
        links.querySelector(".nr-relnew").hidden = false;
        lookUp(document.getElementById(`${links.id}_find`), chooser((option) => { add(option, "end"); tellPlaces(); }));
        lookUp(document.getElementById(`${links.id}_choose`), chooser((option) => {
            dialog.close();
            insert(add(option, "inline"), cursor);
            tellPlaces();
        }));
        links.addEventListener("choose-link", () => {
            const selection = editor().getSelection();
            cursor = selection ? selection.getRanges() : cursor;
            dialog.showModal();
            dialog.querySelector("input").focus();
        });
        dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
        dialog.addEventListener("close", () => { if (editor()) { editor().focus(); } });
        whenReady((writer) => {
            writer.on("change", tellPlaces);
            writer.on("contentDom", tellPlaces);
            writer.on("blur", () => { const s = writer.getSelection(); cursor = s ? s.getRanges() : cursor; });
            tellPlaces();
        });
    }

    function newUuid() { // crypto.randomUUID exists only on https and localhost
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }

    // ---- the editor

    function whenReady(call) {
        if (!window.CKEDITOR) { return; }
        if (editor() && editor().status === "ready") { call(editor()); return; }
        CKEDITOR.on("instanceReady", (event) => { if (event.editor.name === "id_body") { call(event.editor); } });
    }
    const text = document.getElementById("id_body"), asStored = text && text.value;
    let asShown = null;
    whenReady((writer) => {
        writer.resetDirty();
        asShown = writer.getData();
        writer.on("change", () => form.dispatchEvent(new Event("touched")));
    });
    // A click in the text makes the editor dirty; only other words are a change.
    const isWritten = () => asShown !== null && editor().checkDirty() && editor().getData() !== asShown;
    // An untouched text is sent exactly as it was stored, not as the browser would write it.
    form.addEventListener("formdata", (event) => {
        if (editor()) { event.formData.set("body", isWritten() ? editor().getData() : asStored); }
    });
    // A preview opens beside the form, which is not left.
    form.addEventListener("submit", (event) => { leaving = !(event.submitter && event.submitter.formTarget); });

    // ---- saving

    const isTouched = () => touched || isWritten();
    form.addEventListener("input", (event) => { if (event.target.type !== "search") { touch(); } });
    window.addEventListener("beforeunload", (event) => { if (!leaving && isTouched()) { event.preventDefault(); } });
    const save = document.querySelector("[data-save]");
    if (save) {
        const key = save.querySelector("kbd");
        if (/Mac|iPhone|iPad/.test(navigator.platform)) { key.textContent = key.dataset.mac; }
        document.addEventListener("keydown", (event) => {
            if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
                event.preventDefault();
                save.click();
            }
        });
    }
    // A step that is not open says so more loudly; with something typed meanwhile the server decides again.
    document.querySelectorAll('.nr-step[aria-disabled="true"]').forEach((button) => button.addEventListener("click", (event) => {
        if (isTouched()) { return; }
        event.preventDefault();
        document.getElementById(button.getAttribute("aria-describedby")).classList.add("is-asked");
    }));
    document.querySelectorAll("details.nr-ask").forEach((ask) => ask.addEventListener("toggle", () => {
        if (ask.open) { ask.querySelector("textarea, input, select, button").focus(); }
    }));
    // With a date and a time typed, scheduling is the next step and its button says the moment; the server says the same.
    const scheduling = document.querySelector("[data-with-hour]");
    const day = document.getElementById("id_planned_date"), clock = document.getElementById("id_planned_time");
    if (scheduling && day && clock) {
        const publishing = document.querySelector('.nr-steps [value^="publish:"]');
        const above = document.querySelector(".nr-editbar .nr-only-narrow");
        const says = document.getElementById(scheduling.getAttribute("aria-describedby"));
        const bare = scheduling.dataset.bare;
        const said = new Intl.DateTimeFormat(document.documentElement.lang, {
            weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC",
        });
        const inWords = (at) => { // in the order in which the server says it
            const part = Object.fromEntries(said.formatToParts(at).map(({ type, value }) => [type, value]));
            const year = at.getUTCFullYear() === new Date().getFullYear() ? "" : ` ${part.year}`;
            return `${part.weekday} ${part.day} ${part.month}${year}, ${part.hour}:${part.minute}`;
        };
        const fill = (button, isFilled) => { if (button) { button.classList.toggle("nr-step--primary", isFilled); } };
        const tell = () => {
            const at = day.value && clock.value ? new Date(`${day.value}T${clock.value}Z`) : null;
            const isHour = at && !Number.isNaN(at.getTime());
            const label = isHour ? scheduling.dataset.withHour.replace("%(moment)s", inWords(at)) : bare;
            scheduling.textContent = label;
            scheduling.classList.remove("nr-step--off");
            scheduling.removeAttribute("aria-disabled");
            says.textContent = scheduling.dataset.says;
            says.classList.remove("is-asked");
            fill(scheduling, Boolean(isHour));
            fill(publishing, !isHour);
            if (above) {
                above.value = (isHour ? scheduling : publishing || scheduling).value;
                above.textContent = isHour ? label : (publishing || scheduling).textContent;
            }
        };
        [day, clock].forEach((input) => input.addEventListener("input", tell));
    }
    // The checklist, which comes anew while one types, leads to the place that mends it: into the field, not only near it.
    document.addEventListener("click", (event) => {
        const link = event.target.closest(".nr-check a, .nr-meeting a");
        if (!link) { return; }
        if (link.hash === "#id_body" && editor()) {
            event.preventDefault();
            editor().focus();
            editor().container.$.scrollIntoView({ block: "start" });
            return;
        }
        const place = document.getElementById(link.hash.slice(1));
        if (!place) { return; }
        event.preventDefault();
        place.scrollIntoView({ block: "center" });
        const field = place.matches("input, select, textarea") ? place : place.querySelector("input:not([type=hidden], [type=checkbox])");
        (field || place).focus();
    });

    // Fields on the paper grow with their words; browsers that know field-sizing do it themselves.
    if (!CSS.supports("field-sizing", "content")) {
        document.querySelectorAll(".nr-write textarea:not(#id_body)").forEach((area) => {
            const grow = () => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
            area.addEventListener("input", grow);
            grow();
        });
    }

    const first = document.querySelector("[data-first]") || (text && !asStored && document.getElementById("id_headline"));
    if (first) { first.focus(); }
}());
