/* With a date and a time typed, scheduling is the next step and its button says the moment, as the server would. */

const button = document.querySelector("[data-with-hour]");
const date = document.getElementById("id_planned_date"), time = document.getElementById("id_planned_time");

function begin() {
    const publish = document.querySelector('.nr-steps [value^="publish:"]');
    const above = document.querySelector(".nr-editbar .nr-only-narrow");
    const explanation = document.getElementById(button.getAttribute("aria-describedby"));

    function tell() {
        const moment = typedMoment();
        const label = moment ? button.dataset.withHour.replace("%(moment)s", inWords(moment)) : button.dataset.bare;
        button.textContent = label;
        button.classList.remove("nr-step--off");
        button.removeAttribute("aria-disabled");
        explanation.textContent = button.dataset.says;
        explanation.classList.remove("is-asked");
        const next = moment ? button : publish || button;
        button.classList.toggle("nr-step--primary", Boolean(moment));
        publish?.classList.toggle("nr-step--primary", !moment);
        if (above) {
            above.value = next.value;
            above.textContent = next.textContent;
        }
    }
    date.addEventListener("input", tell);
    time.addEventListener("input", tell);
}

function typedMoment() {
    const moment = new Date(`${date.value}T${time.value}Z`);
    return date.value && time.value && !Number.isNaN(moment.getTime()) ? moment : null;
}

/* In the order in which the server says it; the year only where it is another one. */
function inWords(moment) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, {
        weekday: "short", day: "numeric", month: "short", year: "numeric",
        hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC",
    });
    const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const year = moment.getUTCFullYear() === new Date().getFullYear() ? "" : ` ${part.year}`;
    return `${part.weekday} ${part.day} ${part.month}${year}, ${part.hour}:${part.minute}`;
}

if (button && date && time) { begin(); }
