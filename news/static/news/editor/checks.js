/* The checklist follows what is typed: whenever the typing pauses, the server looks at the form as it stands
   and answers with the list. It keeps nothing, and without this the list is the one of what was saved. */
(function () {
    "use strict";
    const PAUSE = 700; // milliseconds
    const panel = document.querySelector("[data-checks]"), form = document.getElementById("workingcopy_form");
    if (!panel || !form) { return; }
    const list = panel.querySelector("ul"), sum = panel.querySelector(".nr-checksum"), foot = document.querySelector(".nr-paperfoot");
    const editor = () => window.CKEDITOR && CKEDITOR.instances.id_body;
    let pause, asking, asked = "";

    function typed() {
        const sent = new FormData(form), writer = editor();
        if (writer && writer.status === "ready" && writer.checkDirty()) { sent.set("body", writer.getData()); }
        // What is being looked up has not been picked yet.
        form.querySelectorAll(".nr-tagadd").forEach(({ name, value }) => {
            const picked = sent.getAll(name);
            picked.splice(picked.lastIndexOf(value), 1);
            sent.delete(name);
            picked.forEach((one) => sent.append(name, one));
        });
        return new URLSearchParams(sent);
    }
    async function ask() {
        const sent = typed(), words = sent.toString();
        if (words === asked) { return; }
        if (asking) { asking.abort(); }
        asking = new AbortController();
        try {
            const answer = await fetch(panel.dataset.checks, { method: "POST", body: sent, redirect: "manual", signal: asking.signal });
            if (!answer.ok) { return; }
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            asked = words;
            show(page.querySelector(".nr-check"));
        } catch { /* no connection, or asked again meanwhile: the list stays as it is */ }
    }
    function show(fresh) {
        // A link that has the focus is not taken away from under somebody's fingers.
        if (list.contains(document.activeElement)) { asked = ""; soon(); return; }
        panel.hidden = false;
        const lines = fresh.querySelector("ul"), says = fresh.querySelector(".nr-checksum").textContent;
        if (list.innerHTML !== lines.innerHTML) { list.replaceChildren(...lines.children); }
        if (sum.textContent !== says) { sum.textContent = says; } // the only thing that is read out
        if (foot) { foot.textContent = fresh.dataset.words; }
    }
    function soon() {
        clearTimeout(pause);
        pause = setTimeout(ask, PAUSE);
    }
    // Chips and links are also moved and taken out by buttons; nothing is asked while nothing has changed.
    ["input", "change", "click", "keyup"].forEach((what) => form.addEventListener(what, soon));
    if (window.CKEDITOR) { CKEDITOR.on("instanceReady", ({ editor: writer }) => writer.on("change", soon)); }
    asked = typed().toString();
    if (document.querySelector(".nr-meeting")) { asked = ""; soon(); } // typed before, and not saved
}());
