/* Speaks with the newsroom's server between two saves. */

/* Logging in again, in another tab, gives this browser another token: what was printed into the page is void then. */
const token = () => (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) || [])[1] || "";
document.addEventListener("submit", (event) => {
    const printed = event.target.elements.csrfmiddlewaretoken;
    if (printed && token()) { printed.value = token(); }
}, true);

const ROOM_IN_PARTING = 60_000; // browsers send 64 KiB for a page that is going

/* What the server answers to a message, or why it did not: { state: "offline", "logged-out" or "refused" }. */
export async function post(address, message, { isParting = false } = {}) {
    const body = JSON.stringify(message);
    let answer;
    try {
        answer = await fetch(address, {
            method: "POST",
            redirect: "manual",
            keepalive: isParting && body.length < ROOM_IN_PARTING,
            body,
            headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        });
    } catch {
        return { state: "offline" };
    }
    if (answer.type === "opaqueredirect") { return { state: "logged-out" }; }
    try {
        const told = await answer.json();
        return answer.ok ? told : { state: "refused", sentence: told.sentence };
    } catch {
        return { state: answer.status === 403 ? "logged-out" : "offline" };
    }
}
