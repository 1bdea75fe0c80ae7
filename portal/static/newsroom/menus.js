/* Menus and filters of the newsroom close when somebody turns to something else. */

const openMenus = () => document.querySelectorAll("details.nr-menu[open], details.nr-filter[open]");

document.addEventListener("click", (event) => openMenus().forEach((menu) => {
    if (!menu.contains(event.target)) { menu.open = false; }
}));
document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    openMenus().forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
    });
});
