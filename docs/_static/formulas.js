// Renders what Sphinx wrote as TeX. `deferred` scripts run in order, after the page has been read.
for (const element of document.querySelectorAll(".math")) {
  const displayMode = element.tagName === "DIV";
  katex.render(element.textContent, element, { displayMode, throwOnError: false });
}
