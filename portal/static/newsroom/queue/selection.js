/* What is selected in the queue: how many, and that it stays so on the way to another comment of the list, whose page
   is a new one. */

const KEPT = "newsroom-selected";
const all = document.querySelector(".nr-queue .nr-all input");
const counter = document.querySelector(".nr-queue .action-counter");
const boxes = () => [...document.querySelectorAll(".nr-queue .action-select")];
const selected = () => boxes().filter((box) => box.checked);

export function clearSelection() {
    for (const box of boxes()) { box.checked = false; }
    count();
}

function count() {
    if (!counter) { return; }
    const isOne = (box) => box !== all;
    const some = `${counter.dataset.selected} ${selected().filter(isOne).length} / ${boxes().filter(isOne).length}`;
    counter.textContent = all?.checked ? all.dataset.told : some;
}

function selectAgain() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    sessionStorage.removeItem(KEPT);
    for (const box of boxes()) { box.checked ||= kept.includes(box.value); }
}

selectAgain();
for (const link of document.querySelectorAll(".nr-qi > a, .nr-qpos a")) {
    link.addEventListener("click", () => {
        sessionStorage.setItem(KEPT, JSON.stringify(selected().map((box) => box.value)));
    });
}
document.addEventListener("change", (event) => {
    if (event.target.matches(".action-select")) { count(); }
});
count();
