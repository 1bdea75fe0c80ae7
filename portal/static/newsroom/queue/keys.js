/* Keys of the queue: each presses the visible button or link which carries it in `data-key`. Keys are left alone in
   fields and with modifiers, and can be turned off, because people who speak to their computer press many keys at once
   (WCAG 2.1.4). */
import { clearSelection } from "./selection.js";

const OFF = "newsroom-keys-off";
const queue = document.getElementById("changelist-form");
const areOn = () => !localStorage.getItem(OFF);

function letChoose(box) {
    box.closest("details").hidden = false;
    box.checked = areOn();
    box.addEventListener("change", () => {
        if (box.checked) { localStorage.removeItem(OFF); } else { localStorage.setItem(OFF, "1"); }
    });
}

const isTyping = (target) =>
    target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=submit])");
const isForUs = (event) =>
    areOn() && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !isTyping(event.target);

/* Whether there was something to press. */
function press(key) {
    const named = [...queue.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
    const button = named.find((each) => each.checkVisibility());
    button?.click();
    button?.closest("details[open]")?.querySelector("textarea, button")?.focus();
    return Boolean(button);
}

function begin() {
    const ways = {
        escape() {
            for (const menu of document.querySelectorAll(".nr-why-menu[open]")) { menu.open = false; }
            clearSelection();
            return true;
        },
        x() {
            queue.querySelector(".is-current .action-select")?.click();
            return true;
        },
    };
    document.addEventListener("keydown", (event) => {
        if (!isForUs(event)) { return; }
        const key = event.key.toLowerCase();
        const isDone = Object.hasOwn(ways, key) ? ways[key]() : press(key);
        if (isDone) { event.preventDefault(); }
    });
}

const choice = document.getElementById("use-keys"); // not where the list is empty, and undoing is all there is
if (choice) { letChoose(choice); }
if (queue) { begin(); }
