/* The fields on the paper: they grow with their words, and writing begins in the first that is to be filled. */
import { isEmptyAtFirst } from "./text-editor.js";

function growWithWords(area) {
    const grow = () => {
        area.style.height = "auto";
        area.style.height = `${area.scrollHeight + 2}px`;
    };
    area.addEventListener("input", grow);
    grow();
}

// Browsers that know field-sizing do it themselves.
if (!CSS.supports("field-sizing", "content")) {
    document.querySelectorAll(".nr-write textarea:not(#id_body)").forEach(growWithWords);
}
const headline = isEmptyAtFirst() && document.getElementById("id_headline");
(document.querySelector("[data-first]") || headline)?.focus?.();
