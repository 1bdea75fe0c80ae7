/* The checklist follows what is typed: whenever the typing pauses, the server looks at the form as it stands
   and answers with the list. It keeps nothing, and without this the list is the one of what was saved. */
import { textEditor, whenReady } from "./text-editor.js";

const PAUSE = 700; // milliseconds
const form = document.getElementById("workingcopy_form"), panel = document.querySelector("[data-checks]");

function follow() {
    const list = panel.querySelector("ul"), sum = panel.querySelector(".nr-checksum");
    const words = document.querySelector(".nr-paperfoot");
    let pause, asking, asked = typed().toString();

    async function ask() {
        const sent = typed(), fields = sent.toString();
        if (fields === asked) { return; }
        asking?.abort();
        asking = new AbortController();
        const request = { method: "POST", body: sent, redirect: "manual", signal: asking.signal };
        try {
            const answer = await fetch(panel.dataset.checks, request);
            if (!answer.ok) { return; }
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            asked = fields;
            show(page.querySelector(".nr-check"));
        } catch { /* no connection, or asked again meanwhile: the list stays as it is */ }
    }
    function askAnew() {
        asked = "";
        soon();
    }
    function show(fresh) {
        // A link that has the focus is not taken away from under somebody's fingers.
        if (list.contains(document.activeElement)) {
            askAnew();
            return;
        }
        panel.hidden = false;
        const points = fresh.querySelector("ul"), says = fresh.querySelector(".nr-checksum").textContent;
        if (list.innerHTML !== points.innerHTML) { list.replaceChildren(...points.children); }
        if (sum.textContent !== says) { sum.textContent = says; } // the only thing that is read out
        if (words) { words.textContent = fresh.dataset.words; }
    }
    function soon() {
        clearTimeout(pause);
        pause = setTimeout(ask, PAUSE);
    }

    // Names and links are also moved and taken out by buttons; nothing is asked while nothing has changed.
    ["input", "change", "click", "keyup"].forEach((what) => form.addEventListener(what, soon));
    whenReady((editor) => editor.on("change", soon));
    if (document.querySelector(".nr-meeting")) { askAnew(); } // typed before, and not saved
}

/* The form's fields, but for what is being looked up and has not been picked yet. */
function typed() {
    const sent = new FormData(form);
    form.querySelectorAll(".nr-tagadd").forEach(({ name, value }) => {
        const picked = sent.getAll(name);
        picked.splice(picked.lastIndexOf(value), 1);
        sent.delete(name);
        picked.forEach((one) => sent.append(name, one));
    });
    return new URLSearchParams(sent);
}

/* A point leads to the place that mends it: into the field, not only near it. */
function lead(event) {
    const link = event.target.closest(".nr-check a, .nr-meeting a");
    if (!link) { return; }
    if (link.hash === "#id_body" && textEditor()) {
        event.preventDefault();
        textEditor().focus();
        textEditor().container.$.scrollIntoView({ block: "start" });
        return;
    }
    const place = document.getElementById(link.hash.slice(1));
    if (!place) { return; }
    event.preventDefault();
    place.scrollIntoView({ block: "center" });
    fieldOf(place).focus();
}

function fieldOf(place) {
    if (place.matches("input, select, textarea")) { return place; }
    return place.querySelector("input:not([type=hidden], [type=checkbox])") || place;
}

if (form) { document.addEventListener("click", lead); }
if (form && panel) { follow(); }
