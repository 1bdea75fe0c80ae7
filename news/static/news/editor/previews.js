/* Copy a preview link; without this file it is selected and copied by hand. */
(function () {
    "use strict";
    if (!navigator.clipboard) { return; } // only on https and localhost
    document.querySelectorAll("[data-copied]").forEach((button) => {
        const address = button.closest("li").querySelector("input");
        button.hidden = false;
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(address.value);
            button.textContent = button.dataset.copied;
        });
    });
}());
