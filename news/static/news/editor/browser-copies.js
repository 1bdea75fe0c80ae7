/* Copies of what was typed, in this browser, one for each opening of a form: for when the server cannot be reached. */

export class BrowserCopies {
    constructor(person) {
        this.prefix = `nr-unsaved:${person}:`;
    }

    /* A copy without fields holds nothing to keep. Returns whether the browser took it. */
    keep(copy) {
        try {
            if (copy.fields.length) {
                localStorage.setItem(this.prefix + copy.sheet, JSON.stringify(copy));
            } else {
                localStorage.removeItem(this.prefix + copy.sheet);
            }
            return true;
        } catch {
            return false; // full, or switched off
        }
    }

    forget(sheet) {
        try {
            localStorage.removeItem(this.prefix + sheet);
        } catch { /* then nothing is there either */ }
    }

    all() {
        try {
            const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
            return keys.map((key) => JSON.parse(localStorage.getItem(key)));
        } catch {
            return [];
        }
    }
}
