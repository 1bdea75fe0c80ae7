/* The list of comments begins where the one that is shown stands. */

const list = document.querySelector(".nr-q"), current = list?.querySelector(".is-current");
// Not scrollIntoView: on a phone, where the list does not scroll by itself, it would move the page.
if (current) { list.scrollTop = current.offsetTop - list.clientHeight / 2; }
