/* Copies a preview link; without this file it is selected and copied by hand. */

function begin(button) {
    const address = button.closest("li").querySelector("input");
    button.hidden = false;
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(address.value);
        button.textContent = button.dataset.copied;
    });
}

// Only on https and localhost.
if (navigator.clipboard) { document.querySelectorAll("[data-copied]").forEach(begin); }
