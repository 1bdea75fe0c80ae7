/* Keeps what is typed between two saves: with the server at every pause, in this browser when that fails; and says
   that somebody has the story open. It saves nothing: what it keeps, the form offers again to the same person.
   All words come from data attributes of the page, or from the server. */
(function () {
    "use strict";
    const form = document.getElementById("workingcopy_form"), status = document.querySelector("[data-keep]");
    if (!form || !status) { return; }
    const says = status.dataset, sheet = form.elements.sheet, asShown = [...status.childNodes], looksShown = status.className;
    const PAUSE = 3_000, LONGEST = 15_000, BEAT = 30_000, AWAKE = 30 * 60_000, LOCAL_FOR = 30 * 24 * 3_600_000;
    const ROOM_IN_PARTING = 60_000; // browsers send 64 KiB for a page that is going
    const PREFIX = `nr-unsaved:${says.person}:`;

    // Logging in again, in another tab, gives this browser another token: what was printed into the page is void then.
    const token = () => (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) || [])[1] || "";
    document.addEventListener("submit", (event) => {
        const printed = event.target.elements.csrfmiddlewaretoken;
        if (printed && token()) { printed.value = token(); }
    }, true);

    // ---- what stands in the form

    const ABOUT_SENDING = new Set(["csrfmiddlewaretoken", "sheet"]);
    function typed() {
        const data = [...new FormData(form)]; // story.js sees to the text in the editor
        return JSON.stringify(data.filter(([name, value]) => typeof value === "string" && !ABOUT_SENDING.has(name)));
    }
    // What there is no need to keep: what is stored. A form that came back unsaved holds more than that.
    const stored = "typed" in says ? null : typed();
    let kept = "stamp" in says ? typed() : stored;
    let stamp = Number(says.stamp || 0);

    function copyOf(text) {
        stamp = Math.max(Date.now(), stamp + 1);
        return { address: says.keep, sheet: sheet.value, stamp, fields: text === stored ? [] : JSON.parse(text) };
    }

    // ---- in this browser

    function keepHere(copy) {
        try {
            if (copy.fields.length) {
                localStorage.setItem(PREFIX + copy.sheet, JSON.stringify(copy));
            } else { localStorage.removeItem(PREFIX + copy.sheet); }
            return true;
        } catch { return false; } // full, or switched off
    }
    function forgetHere(key) {
        try { localStorage.removeItem(PREFIX + key); } catch { /* then nothing is there either */ }
    }
    function copiesHere() {
        try {
            const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
            return keys.map((key) => JSON.parse(localStorage.getItem(key)));
        } catch { return []; }
    }

    // ---- with the server

    async function post(address, message, keepalive = false) {
        const body = JSON.stringify({ person: Number(says.person), ...message });
        let answer;
        try {
            answer = await fetch(address, {
                method: "POST", redirect: "manual", keepalive: keepalive && body.length < ROOM_IN_PARTING, body,
                headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
            });
        } catch { return { state: "offline" }; }
        if (answer.type === "opaqueredirect") { return { state: "logged-out" }; }
        try {
            const told = await answer.json();
            return answer.ok ? told : { state: "refused", sentence: told.sentence };
        } catch { return { state: answer.status === 403 ? "logged-out" : "offline" }; }
    }

    let pause = 0, since = 0, isSending = false, isLeaving = false;
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
        if (isSending) { soon(); return; }
        isSending = true;
        const copy = copyOf(text), outcome = await post(says.keep, copy);
        isSending = false;
        if (!isLeaving) { heard(outcome, copy, text); }
    }
    function heard(outcome, copy, text) {
        if (outcome.state === "closed") { // it was saved after all, and somebody goes on writing
            forgetHere(copy.sheet);
            sheet.value = outcome.sheet;
            soon();
        } else if (outcome.state === "kept") {
            kept = text;
            forgetHere(copy.sheet);
            say(says.kept.replace("%(time)s", outcome.time), "nr-saved nr-saved--not");
        } else if (outcome.state === "nothing") {
            kept = text;
            forgetHere(copy.sheet);
            status.replaceChildren(...asShown);
            status.className = looksShown;
        } else {
            sayWhyNot(outcome, keepHere(copy));
        }
    }

    // ---- saying so

    function say(sentence, looks) {
        if (status.textContent === sentence) { return; }
        status.className = looks;
        status.textContent = sentence;
    }
    function sayWhyNot(outcome, isHere) {
        const why = {
            "offline": says.offline,
            "logged-out": says.loggedOut,
            "refused": says.refused.replace("%(sentence)s", outcome.sentence),
        };
        const sentence = isHere ? why[outcome.state] : says.nowhere, wayBack = outcome.state === "logged-out" ? ` ${says.logIn}` : "";
        if (status.textContent === sentence + wayBack) { return; }
        say(sentence, "nr-saved nr-saved--not nr-saved--alarm");
        if (wayBack) {
            const link = document.createElement("a");
            link.href = says.logInAt;
            link.target = "_blank";
            link.textContent = says.logIn;
            status.append(" ", link);
        }
    }

    // ---- leaving, saving

    function part() {
        const text = typed();
        if (isLeaving || text === kept) { return; }
        const copy = copyOf(text);
        keepHere(copy); // at once and certain; the next page of the newsroom brings it to the server
        post(says.keep, copy, true).then((outcome) => heard(outcome, copy, text));
    }
    window.addEventListener("pagehide", part);
    document.addEventListener("visibilitychange", () => { if (document.hidden) { part(); } else { beat(); } });
    form.addEventListener("submit", (event) => {
        if (event.submitter && event.submitter.formTarget) { return; } // a preview opens beside it; nothing is saved
        clearTimeout(pause);
        const text = typed();
        if (text !== stored) { keepHere(copyOf(text)); } // until the server has said that it is saved
        isLeaving = true;
        say(says.saving, "nr-saved nr-saved--not");
    });
    form.addEventListener("touched", soon);
    window.addEventListener("online", keepNow);

    // ---- copies left in this browser: to the server, which offers them

    async function bringBack() {
        for (const copy of copiesHere()) {
            if (copy.stamp < Date.now() - LOCAL_FOR) { forgetHere(copy.sheet); continue; }
            if (copy.sheet === sheet.value) { continue; } // this form holds it
            const outcome = await post(copy.address, { ...copy, beside: copy.address === says.keep && sheet.value });
            if (outcome.state !== "kept" && outcome.state !== "closed") { continue; }
            forgetHere(copy.sheet);
            if (outcome.left) { document.querySelector("[data-all-left]").innerHTML = outcome.left; }
        }
    }

    // ---- who has it open

    const others = document.querySelector("[data-others]");
    let awake = Date.now(), shown = null;
    ["pointerdown", "keydown", "scroll"].forEach((sign) => {
        document.addEventListener(sign, () => { awake = Date.now(); }, { passive: true });
    });
    async function beat() {
        // A page nobody looks at says nothing: it would also keep the session open for ever.
        if (document.hidden || isLeaving || Date.now() - awake > AWAKE) { return; }
        keepNow(); // what could not be kept before
        if (!says.here) { return; }
        const outcome = await post(says.here, {});
        if (outcome.others !== undefined && outcome.others !== shown) {
            shown = outcome.others;
            others.innerHTML = shown;
        }
    }
    window.addEventListener("focus", keepNow);
    setInterval(beat, BEAT);
    beat();
    bringBack();
}());
