/* Tags and bylines: what is picked stands in a row of ticked names; where the order counts, a name moves up. */
import { chosenList, named, picker, stateMark } from "./picker.js";
import { touch } from "./touched.js";

function begin(box) {
    const input = box.querySelector(".nr-tagadd"), says = box.dataset;
    const isOrdered = "ordered" in says, mayAdd = "mayAdd" in says;

    const chosen = chosenList(box.querySelector(".nr-chips"), {
        holds: (item, option) => item.querySelector(":checked")?.value === String(option.id),
        place: isOrdered ? (item, isFirst) => { upButton(item).hidden = isFirst; } : () => {},
        changed: touch,
    });

    function upButton(item) {
        return item.querySelector("button") || newUpButton(item);
    }
    function newUpButton(item) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "nr-icon";
        button.textContent = "↑";
        button.setAttribute("aria-label", named(says.up, item.querySelector("label").textContent.trim()));
        button.addEventListener("click", () => {
            chosen.moveUp(item);
            (button.hidden ? input : button).focus();
        });
        item.append(button);
        return button;
    }
    function add(option) {
        const item = document.createElement("li");
        item.append(ticked(option, option.id ? says.pick : `${says.pick}-add`));
        chosen.add(item);
    }

    // What an earlier attempt left in the field is added only when it is picked: the field may hold several names.
    picker(input, {
        address: says.url,
        none: says.none,
        isChosen: chosen.has,
        others: (words, results) => (mayAdd && !results.some((result) => result.exact)
            ? [{ name: words, says: named(says.new, words) }] : []),
        pick: add,
    });
}

function ticked(option, name) {
    const label = document.createElement("label"), tick = document.createElement("input");
    label.className = "nr-chip";
    tick.type = "checkbox";
    tick.checked = true;
    tick.name = name;
    tick.value = option.id || option.name;
    label.append(tick, " ", option.name);
    if (option.note) { label.append(" ", stateMark({ note: option.note })); }
    return label;
}

document.querySelectorAll("[data-pick]").forEach(begin);
