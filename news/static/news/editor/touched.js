/* Whether something was typed, ticked or moved in the story's form since it was shown. Who has to know at once
   listens for the form's event "touched". */
import { isWritten } from "./text-editor.js";

const form = document.getElementById("workingcopy_form");
let isChanged = Boolean(document.querySelector("[data-typed]"));

export function touch() {
    isChanged = true;
    form.dispatchEvent(new Event("touched"));
}
export const isTouched = () => isChanged || isWritten();

form?.addEventListener("input", (event) => {
    if (event.target.type !== "search") { touch(); }
});
