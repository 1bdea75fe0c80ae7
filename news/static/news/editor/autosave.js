/* Keeps what is typed between two saves: with the server at every pause, in this browser when that fails. It saves
   nothing: what it keeps, the form offers again to the same person.
   All words come from data attributes of the page, or from the server. */
import { whileLookedAt } from "./attention.js";
import { BrowserCopies } from "./browser-copies.js";
import { post } from "./newsroom-server.js";
import "./text-editor.js"; // sees to it that the form sends the text in the editor
import "./touched.js"; // tells the form of whatever is typed, ticked or moved

const PAUSE = 3_000, LONGEST = 15_000, LOCAL_FOR = 30 * 24 * 3_600_000; // milliseconds
const ABOUT_SENDING = new Set(["csrfmiddlewaretoken", "sheet"]);
const form = document.getElementById("workingcopy_form"), status = document.querySelector("[data-keep]");

function begin() {
    const says = status.dataset, sheet = form.elements.sheet, copies = new BrowserCopies(says.person);
    const tell = teller();
    // What there is no need to keep: what is stored. A form that came back unsaved holds more than that.
    const stored = "typed" in says ? null : typed();
    let kept = "stamp" in says ? typed() : stored, stamp = Number(says.stamp || 0);
    let pause = 0, since = 0, isSending = false, isLeaving = false;

    function copyOf(text) {
        stamp = Math.max(Date.now(), stamp + 1);
        return { address: says.keep, sheet: sheet.value, stamp, fields: text === stored ? [] : JSON.parse(text) };
    }
    const send = (address, message, options) => post(address, { person: Number(says.person), ...message }, options);

    // ---- at every pause

    function soon() {
        isLeaving = false; // a save that was stopped: the page is still here
        since = since || Date.now();
        clearTimeout(pause);
        pause = setTimeout(keepNow, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
    }
    async function keepNow() {
        clearTimeout(pause);
        since = 0;
        const text = typed();
        if (isLeaving || text === kept) { return; }
        if (isSending) {
            soon();
            return;
        }
        isSending = true;
        const copy = copyOf(text), outcome = await send(says.keep, copy);
        isSending = false;
        if (!isLeaving) { heard(outcome, copy, text); }
    }
    function heard(outcome, copy, text) {
        if (outcome.state === "closed") { // it was saved after all, and somebody goes on writing
            copies.forget(copy.sheet);
            sheet.value = outcome.sheet;
            soon();
        } else if (outcome.state === "kept" || outcome.state === "nothing") {
            kept = text;
            copies.forget(copy.sheet);
            if (outcome.state === "kept") { tell.kept(outcome.time); } else { tell.nothing(); }
        } else {
            tell.notKept(outcome, copies.keep(copy));
        }
    }

    // ---- on leaving and on saving

    function part() {
        const text = typed();
        if (isLeaving || text === kept) { return; }
        const copy = copyOf(text);
        copies.keep(copy); // at once and certain; the next page of the newsroom brings it to the server
        send(says.keep, copy, { isParting: true }).then((outcome) => heard(outcome, copy, text));
    }
    function saving(event) {
        if (event.submitter?.formTarget) { return; } // a preview opens beside it; nothing is saved
        clearTimeout(pause);
        const text = typed();
        if (text !== stored) { copies.keep(copyOf(text)); } // until the server has said that it is saved
        isLeaving = true;
        tell.saving();
    }

    // ---- copies left in this browser: to the server, which offers them

    async function bringBack() {
        for (const copy of copies.all()) {
            if (copy.stamp < Date.now() - LOCAL_FOR) {
                copies.forget(copy.sheet);
            } else if (copy.sheet !== sheet.value) { // this form holds its own
                await offer(copy);
            }
        }
    }
    async function offer(copy) {
        const outcome = await send(copy.address, { ...copy, beside: copy.address === says.keep && sheet.value });
        if (outcome.state !== "kept" && outcome.state !== "closed") { return; }
        copies.forget(copy.sheet);
        if (outcome.left) { document.querySelector("[data-all-left]").innerHTML = outcome.left; }
    }

    window.addEventListener("pagehide", part);
    document.addEventListener("visibilitychange", () => { if (document.hidden) { part(); } });
    form.addEventListener("submit", saving);
    form.addEventListener("touched", soon);
    window.addEventListener("online", keepNow);
    window.addEventListener("focus", keepNow);
    whileLookedAt(keepNow); // what could not be kept before
    bringBack();
}

/* What stands in the form, as one string. */
function typed() {
    const data = [...new FormData(form)];
    return JSON.stringify(data.filter(([name, value]) => typeof value === "string" && !ABOUT_SENDING.has(name)));
}

/* Says beside the form's name how things stand; nothing is said twice. */
function teller() {
    const says = status.dataset, asShown = [...status.childNodes], looksShown = status.className;

    function say(sentence, looks) {
        if (status.textContent === sentence) { return; }
        status.className = looks;
        status.textContent = sentence;
    }
    function wayBackIn() {
        const link = document.createElement("a");
        link.href = says.logInAt;
        link.target = "_blank";
        link.textContent = says.logIn;
        return link;
    }
    return {
        kept: (time) => say(says.kept.replace("%(time)s", time), "nr-saved nr-saved--not"),
        saving: () => say(says.saving, "nr-saved nr-saved--not"),
        nothing() {
            status.replaceChildren(...asShown);
            status.className = looksShown;
        },
        notKept({ state, sentence }, isHere) {
            const why = {
                "offline": says.offline,
                "logged-out": says.loggedOut,
                "refused": says.refused.replace("%(sentence)s", sentence),
            };
            const reason = isHere ? why[state] : says.nowhere, isLoggedOut = state === "logged-out";
            if (status.textContent === reason + (isLoggedOut ? ` ${says.logIn}` : "")) { return; }
            say(reason, "nr-saved nr-saved--not nr-saved--alarm");
            if (isLoggedOut) { status.append(" ", wayBackIn()); }
        },
    };
}

if (form && status) { begin(); }
