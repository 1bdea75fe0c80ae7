/* The text in CKEditor: how other files reach it, and what of it is sent with the form. */

const form = document.getElementById("workingcopy_form");
const field = document.getElementById("id_body");
const asStored = field?.value;
let asShown = null;

export const textEditor = () => window.CKEDITOR && CKEDITOR.instances.id_body;
export const isEmptyAtFirst = () => Boolean(field) && !asStored;

/* A click in the text makes the editor dirty; only other words are a change. */
export const isWritten = () => asShown !== null && textEditor().checkDirty() && textEditor().getData() !== asShown;

export function whenReady(call) {
    if (!window.CKEDITOR) { return; }
    if (textEditor()?.status === "ready") {
        call(textEditor());
        return;
    }
    CKEDITOR.on("instanceReady", (event) => {
        if (event.editor.name === "id_body") { call(event.editor); }
    });
}

if (form) {
    whenReady((editor) => {
        editor.resetDirty();
        asShown = editor.getData();
        editor.on("change", () => form.dispatchEvent(new Event("touched")));
    });
    // An untouched text is sent exactly as it was stored, not as the browser would write it.
    form.addEventListener("formdata", (event) => {
        if (textEditor()) { event.formData.set("body", isWritten() ? textEditor().getData() : asStored); }
    });
}
