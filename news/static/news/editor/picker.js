/* A field in which one looks something up: what is typed goes to an address, what it answers stands in a list below
   the field, and arrows, Enter, Escape or the mouse pick from it. And the list of what was picked, with its order.
   Tags, bylines and related links share both. All words come from the page.

   Suggestions are `{ results: [{ id, name, note, look }] }`: `note` is said beside the name, in the look of a state
   where there is one. */

const PAUSE = 150; // milliseconds after the last letter

/* Make a field a combobox. `isChosen(option)` leaves suggestions out, `without` is told to the address for the same;
   `others(words, results)` are options beyond what was found; `none` is said of an empty list. */
export function picker(input, { address, without, isChosen, others, none, pick }) {
    const list = emptyList(input);
    let options = [], active = -1, asked = 0, pause;

    function close() {
        list.hidden = true;
        active = -1;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
    }
    function mark(index) {
        active = index;
        [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === index)));
        const item = list.children[index];
        if (item && options.length) {
            input.setAttribute("aria-activedescendant", item.id);
            item.scrollIntoView({ block: "nearest" });
        }
    }
    function choose(index) {
        const option = options[index];
        input.value = "";
        close();
        pick(option);
    }
    function show() {
        const items = options.map((option, n) => optionItem(option, `${list.id}_${n}`));
        items.forEach((item, n) => item.addEventListener("mousedown", (event) => {
            event.preventDefault();
            choose(n);
        }));
        list.replaceChildren(...(items.length ? items : [nothingItem(none)]));
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
        mark(options.length ? 0 : -1);
    }
    async function ask() {
        const words = input.value.trim(), mine = ++asked;
        if (!words) {
            close();
            return;
        }
        const results = await suggestions(address, words, without);
        if (mine !== asked) { return; }
        options = [...results.filter((result) => !isChosen(result)), ...others(words, results)];
        show();
    }
    function step(by) {
        if (list.hidden) {
            ask();
        } else if (options.length) {
            mark((active + by + options.length) % options.length);
        }
    }
    const keys = {
        ArrowDown: () => step(1),
        ArrowUp: () => step(-1),
        Enter() { // never presses a button of the form
            clearTimeout(pause);
            if (!list.hidden && active >= 0) { choose(active); } else if (input.value.trim()) { ask(); }
        },
        Escape(event) {
            event.stopPropagation();
            close();
        },
    };
    input.addEventListener("input", () => {
        clearTimeout(pause);
        pause = setTimeout(ask, PAUSE);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
        if (!Object.hasOwn(keys, event.key) || (event.key === "Escape" && list.hidden)) { return; }
        event.preventDefault();
        keys[event.key](event);
    });
}

/* The list of what was picked. `holds(item, option)` says which item is which, `place(item, isFirst, isLast)` shows
   what its place lets one do, `changed` hears of every change. */
export function chosenList(list, { holds, place, changed }) {
    const items = () => [...list.children];
    function arrange() {
        items().forEach((item, n, all) => place(item, n === 0, n === all.length - 1));
    }
    function after(change) {
        change();
        arrange();
        changed();
    }
    arrange();
    return {
        items,
        has: (option) => items().some((item) => holds(item, option)),
        add: (item) => after(() => list.append(item)),
        remove: (item) => after(() => item.remove()),
        moveUp: (item) => after(() => item.previousElementSibling.before(item)),
        moveDown: (item) => after(() => item.nextElementSibling.after(item)),
    };
}

/* A sentence of the page with a name in it. */
export const named = (sentence, name) => sentence.replace("%(name)s", name);

/* A state as the lists show it, with its dot; without a look only the words. */
export function stateMark({ note, look }) {
    const mark = document.createElement("span");
    mark.className = look ? `nr-pub nr-pub--${look}` : "nr-kind";
    mark.textContent = note;
    return mark;
}

async function suggestions(address, words, without) {
    const url = new URL(address, location.href);
    url.searchParams.set("q", words);
    if (without) { url.searchParams.set("not", without); }
    try {
        const answer = await fetch(url);
        return answer.ok ? (await answer.json()).results : [];
    } catch {
        return []; // no connection: what was typed is kept, and can be taken as it is
    }
}

function emptyList(input) {
    const list = document.createElement("ul");
    list.className = "nr-options";
    list.id = `${input.id}_options`;
    list.setAttribute("role", "listbox");
    const name = input.getAttribute("aria-label") || input.placeholder || input.labels[0].textContent;
    list.setAttribute("aria-label", name);
    list.hidden = true;
    input.after(list);
    const says = {
        "role": "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    };
    Object.entries(says).forEach(([name, value]) => input.setAttribute(name, value));
    return list;
}

function optionItem(option, id) {
    const item = document.createElement("li");
    item.id = id;
    item.setAttribute("role", "option");
    item.append(option.says || option.name);
    if (option.note) { item.append(" ", stateMark(option)); }
    return item;
}

function nothingItem(says) {
    const item = document.createElement("li");
    item.textContent = says;
    item.setAttribute("role", "option");
    item.setAttribute("aria-disabled", "true");
    return item;
}
