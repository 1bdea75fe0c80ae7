/* The buttons of the steps: one that is not open says so more loudly; one that asks something leads into its field. */
import { isTouched } from "./touched.js";

document.querySelectorAll('.nr-step[aria-disabled="true"]').forEach((button) => {
    button.addEventListener("click", (event) => {
        if (isTouched()) { return; } // with something typed meanwhile the server decides again
        event.preventDefault();
        document.getElementById(button.getAttribute("aria-describedby")).classList.add("is-asked");
    });
});
document.querySelectorAll("details.nr-ask").forEach((ask) => ask.addEventListener("toggle", () => {
    if (ask.open) { ask.querySelector("textarea, input, select, button").focus(); }
}));
