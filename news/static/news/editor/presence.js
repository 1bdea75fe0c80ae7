/* Says to the server that this person has the story open, and shows who else has. */
import { whileLookedAt } from "./attention.js";
import { post } from "./newsroom-server.js";

const form = document.getElementById("workingcopy_form"), status = document.querySelector("[data-keep]");

function begin({ here, person }) {
    const others = document.querySelector("[data-others]");
    let shown = null, isLeaving = false;

    form.addEventListener("submit", (event) => { isLeaving = !event.submitter?.formTarget; });
    form.addEventListener("touched", () => { isLeaving = false; }); // a save that was stopped: the page is still here
    whileLookedAt(async () => {
        if (isLeaving) { return; }
        const outcome = await post(here, { person: Number(person) });
        if (outcome.others === undefined || outcome.others === shown) { return; }
        shown = outcome.others;
        others.innerHTML = shown;
    });
}

if (form && status?.dataset.here) { begin(status.dataset); }
