/* Related links: rows beside the text, and for those inside it the place of their READ line. The line in the text is
   drawn by CKEditor's plugin (relatedlink/plugin.js); this file keeps rows and lines in step. */
import { chosenList, named, picker, stateMark } from "./picker.js";
import { textEditor, whenReady } from "./text-editor.js";
import { touch } from "./touched.js";

const box = document.querySelector("[data-related-links]");

function begin() {
    const says = box.dataset, dialog = box.querySelector("dialog"), rows = box.querySelector(".nr-rel");
    const find = document.getElementById(`${box.id}_find`), choose = document.getElementById(`${box.id}_choose`);
    let cursor = null; // where the text was left

    const part = (row, what) => rows.closest("form").elements[`${says.relatedLinks}-${row.dataset.uuid}-${what}`];
    const chosen = chosenList(rows, {
        holds: (row, option) => part(row, "target").value === String(option.id),
        place(row, isFirst, isLast) {
            row.querySelector('[data-move="up"]').disabled = isFirst;
            row.querySelector('[data-move="down"]').disabled = isLast;
        },
        changed() {
            touch();
            tellPlaces();
        },
    });

    // A row that belongs inside the text says so when no line of the text is its own.
    function tellPlaces() {
        const placed = uuidsInText();
        if (!placed) { return; }
        for (const row of chosen.items()) {
            const isInText = part(row, "placement").value !== "inline" || placed.has(row.dataset.uuid);
            row.querySelector("[data-unplaced]").hidden = isInText;
        }
    }
    const moves = {
        up: chosen.moveUp,
        down: chosen.moveDown,
        out(row) {
            takeLineOut(row.dataset.uuid);
            chosen.remove(row);
            find.focus();
        },
    };
    function move(row, button) {
        moves[button.dataset.move](row);
        if (!button.isConnected) { return; }
        (button.disabled ? row.querySelector("[data-move]:enabled") : button).focus();
    }
    function wire(row) {
        row.querySelectorAll("[data-scripted]").forEach((element) => { element.hidden = false; });
        row.querySelectorAll("[data-move]").forEach((button) => {
            button.addEventListener("click", () => move(row, button));
        });
        part(row, "label").addEventListener("input", (event) => {
            row.dataset.title = event.target.value || part(row, "url").value;
            row.querySelector(".nr-rel-title").textContent = row.dataset.title;
            textEditor()?.retell?.();
        });
        part(row, "placement").addEventListener("change", (event) => {
            const isInText = event.target.value === "inline", hasLine = Boolean(lineOf(row.dataset.uuid));
            if (isInText && !hasLine) { putLineIn(row.dataset.uuid, cursor); }
            if (!isInText && hasLine) { takeLineOut(row.dataset.uuid); }
            event.target.focus();
            tellPlaces();
        });
    }
    function add(option, placement) {
        const row = newRow(box.querySelector("template[data-new-link]"), option);
        chosen.add(row);
        part(row, "target").value = option.id || "";
        part(row, "label").value = option.url ? "" : option.name;
        part(row, "url").value = option.url || "";
        part(row, "placement").value = placement;
        if (option.url) { showField(part(row, "label"), says.words); }
        wire(row);
        box.querySelector("[data-said]").textContent = option.name;
        return row.dataset.uuid;
    }
    function pickFrom(input, pick) {
        picker(input, {
            address: says.url,
            without: says.not,
            none: says.none,
            isChosen: chosen.has,
            others: (words) => (/^https?:\/\//.test(words)
                ? [{ name: words, url: words, says: named(says.elsewhere, words) }]
                : [{ name: words, says: named(says.bare, words) }]),
            pick,
        });
    }

    chosen.items().forEach(wire);
    box.querySelector(".nr-relnew").hidden = false;
    pickFrom(find, (option) => {
        add(option, "end");
        tellPlaces();
    });
    pickFrom(choose, (option) => {
        dialog.close();
        putLineIn(add(option, "inline"), cursor);
        tellPlaces();
    });

    // ---- from the editor's button to the dialog and back

    const whereItIs = (editor) => {
        const selection = editor.getSelection();
        return selection ? selection.getRanges() : cursor;
    };
    box.addEventListener("choose-link", () => {
        cursor = whereItIs(textEditor());
        dialog.showModal();
        choose.focus();
    });
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => textEditor()?.focus());
    whenReady((editor) => {
        editor.on("change", tellPlaces);
        editor.on("contentDom", tellPlaces);
        editor.on("blur", () => { cursor = whereItIs(editor); });
        tellPlaces();
    });
}

// ---- lines in the text

function lineOf(uuid) {
    const widgets = Object.values(textEditor()?.widgets?.instances ?? {});
    return widgets.find((widget) => widget.name === "relatedlink" && widget.data.uuid === uuid);
}

/* As the text is, not as the widgets are listed: those learn of a deletion later. None while there is no text. */
function uuidsInText() {
    const editor = textEditor();
    if (editor?.status !== "ready" || editor.mode !== "wysiwyg") { return null; }
    const lines = editor.editable().$.querySelectorAll("[data-related]");
    return new Set([...lines].map((line) => line.dataset.related));
}

function putLineIn(uuid, ranges) {
    const editor = textEditor();
    if (editor?.mode !== "wysiwyg") { return; }
    editor.focus();
    if (ranges?.length) { editor.getSelection().selectRanges(ranges); } else { goToEnd(editor); }
    leaveBlock(editor);
    editor.insertHtml(`<div data-related="${uuid}"></div>`);
}

function goToEnd(editor) {
    const end = editor.createRange();
    end.moveToElementEditEnd(editor.editable());
    end.select();
}

/* The line stands after the block the cursor is in: no paragraph, list or table is taken apart for it. */
function leaveBlock(editor) {
    const block = editor.elementPath().elements.at(-2);
    if (!block || (block.is("p") && !block.getText().trim())) { return; }
    const after = editor.document.createElement("p"), place = editor.createRange();
    after.insertAfter(block);
    place.moveToElementEditStart(after);
    place.select();
}

function takeLineOut(uuid) {
    const editor = textEditor(), line = lineOf(uuid);
    if (!line) { return; }
    editor.fire("saveSnapshot");
    line.wrapper.remove();
    editor.widgets.checkWidgets();
    editor.fire("saveSnapshot");
    editor.fire("change");
}

// ---- rows

/* A row as the server draws them, with an identity of its own. */
function newRow(template, option) {
    const holder = document.createElement("template");
    const old = template.content.querySelector("[data-uuid]").dataset.uuid;
    holder.innerHTML = template.innerHTML.replaceAll(old, newUuid());
    const row = holder.content.querySelector("[data-uuid]");
    row.dataset.title = option.name;
    row.querySelector(".nr-rel-title").textContent = option.name;
    row.querySelector("[data-state]").replaceChildren(option.look ? stateMark(option) : option.url || "");
    return row;
}

function showField(field, words) {
    const label = document.createElement("label");
    label.className = "nr-rel-text";
    label.append(words, " ");
    field.before(label);
    label.append(field);
    field.type = "text";
}

function newUuid() { // crypto.randomUUID exists only on https and localhost
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

if (box) { begin(); }
