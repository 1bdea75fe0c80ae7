/* Says that somebody looks at this comment for as long as the page is seen; the answer says who else does. */

const AGAIN = 60_000; // milliseconds
const claim = document.querySelector("[data-claim]");
const queue = document.getElementById("changelist-form");

async function sayIAmHere() {
    if (document.hidden) { return; }
    const headers = { "X-CSRFToken": queue.querySelector("[name=csrfmiddlewaretoken]").value };
    try {
        const body = new URLSearchParams({ seen: claim.dataset.seen });
        const answer = await fetch(claim.dataset.claim, { method: "POST", body, headers });
        const { told } = await answer.json();
        if (claim.textContent !== told) { claim.textContent = told; }
    } catch { /* without a connection nobody is told; deciding says so */ }
}

if (claim && queue.querySelector(".nr-decide")) {
    sayIAmHere();
    setInterval(sayIAmHere, AGAIN);
    document.addEventListener("visibilitychange", sayIAmHere);
}
