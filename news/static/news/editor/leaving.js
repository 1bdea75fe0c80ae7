/* Asks before a page is left on which something is not saved, and saves with Ctrl S. */
import { isTouched } from "./touched.js";

function askBeforeLeaving(form) {
    let isLeaving = false;
    // A preview opens beside the form, which is not left.
    form.addEventListener("submit", (event) => { isLeaving = !event.submitter?.formTarget; });
    window.addEventListener("beforeunload", (event) => {
        if (!isLeaving && isTouched()) { event.preventDefault(); }
    });
}

function saveWithKeys(button) {
    const key = button.querySelector("kbd");
    if (/Mac|iPhone|iPad/.test(navigator.platform)) { key.textContent = key.dataset.mac; }
    document.addEventListener("keydown", (event) => {
        if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") { return; }
        event.preventDefault();
        button.click();
    });
}

const form = document.getElementById("workingcopy_form"), save = document.querySelector("[data-save]");
if (form) { askBeforeLeaving(form); }
if (save) { saveWithKeys(save); }
