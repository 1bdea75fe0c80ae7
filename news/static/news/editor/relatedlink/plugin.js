/* The READ line in the text: a block the editor cannot type into, known by the uuid of its link.
   What it says comes from the link's row beside the text; related-links.js keeps the two in step. */
(function () {
    "use strict";
    var box = function () { return document.querySelector("[data-related-links]"); };

    function says(uuid) {
        var row = box().querySelector('[data-uuid="' + CSS.escape(uuid) + '"]');
        return row && row.dataset.title ? box().dataset.read.toLocaleUpperCase(document.documentElement.lang) + ": " + row.dataset.title : box().dataset.lost;
    }

    CKEDITOR.plugins.add("relatedlink", {
        requires: "widget",
        init: function (editor) {
            if (!box()) { return; }
            // The widget's drag handle is a data: image, which the page's policy does not let in.
            CKEDITOR.tools.transparentImageData = this.path + "icons/nothing.svg";
            editor.widgets.add("relatedlink", {
                allowedContent: "div[!data-related]",
                requiredContent: "div[data-related]",
                upcast: function (element, data) {
                    if (element.name !== "div" || !element.attributes["data-related"]) { return false; }
                    data.uuid = element.attributes["data-related"];
                    element.setHtml(CKEDITOR.tools.htmlEncode(says(data.uuid)));
                    return true;
                },
                getLabel: function () { return says(this.data.uuid || this.element.getAttribute("data-related")); },
                downcast: function (element) {
                    element.children = [];
                    element.attributes = { "data-related": this.data.uuid };
                    return element;
                },
            });
            editor.addCommand("relatedlink", {
                exec: function () { box().dispatchEvent(new CustomEvent("choose-link")); },
            });
            editor.ui.addButton("RelatedLink", {
                label: box().dataset.button, command: "relatedlink", toolbar: "links",
                icon: this.path + "icons/relatedlink.svg",
            });
            editor.retell = function () {
                Object.values(editor.widgets.instances).forEach(function (widget) {
                    if (widget.name === "relatedlink") { widget.element.setText(says(widget.data.uuid)); }
                });
            };
        },
    });
}());
