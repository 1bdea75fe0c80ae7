/* Words typed beside a comment: seen whole, buttons too, and not lost with a key or a link. */

let isLeaving = false;
document.addEventListener("submit", () => { isLeaving = true; });
window.addEventListener("beforeunload", (event) => {
    const fields = [...document.querySelectorAll(".nr-inplace textarea")];
    if (!isLeaving && fields.some((field) => field.value !== field.defaultValue)) { event.preventDefault(); }
});
for (const form of document.querySelectorAll(".nr-inplace")) {
    form.addEventListener("toggle", () => {
        if (form.open) { form.scrollIntoView({ block: "nearest" }); }
    });
}
