/* Does something again and again as long as somebody is at this page. A page nobody looks at says nothing to the
   server: it would also keep the session open for ever. */

const BEAT = 30_000, AWAKE = 30 * 60_000; // milliseconds
let awake = Date.now();
["pointerdown", "keydown", "scroll"].forEach((sign) => {
    document.addEventListener(sign, () => { awake = Date.now(); }, { passive: true });
});

/* At once, at every beat, and on coming back to the page. */
export function whileLookedAt(call) {
    const beat = () => {
        if (!document.hidden && Date.now() - awake <= AWAKE) { call(); }
    };
    setInterval(beat, BEAT);
    document.addEventListener("visibilitychange", beat);
    beat();
}
